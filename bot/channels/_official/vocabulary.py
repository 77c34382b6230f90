"""What the official account's messages and events mean, one table row a type.

https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Receiving_standard_messages.html
https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Receiving_event_pushes.html
https://developers.weixin.qq.com/doc/service/guide/product/subscription_messages/push.md
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.channels._official.fields import Fields, integer, real, words
from bot.domain import events


@dataclass(frozen=True, slots=True)
class Meaning:
    """Our kind for an event, the properties it has, whose it is, and whether it can be answered.

    `of_account` events concern no member; for them the sender's address is the platform's own.
    """

    kind: str
    fields: Fields = field(default_factory=dict)
    of_account: bool = False
    can_reply: bool = False


_MEDIA: Fields = {"media_id": ("MediaId", words)}
_FILM: Fields = {**_MEDIA, "thumb_media_id": ("ThumbMediaId", words)}
_OF_EVERY: Fields = {
    "message_id": ("MsgId", words),
    "article_data_id": ("MsgDataId", words),
    "article_index": ("Idx", integer),
    "key": ("bizmsgmenuid", words),
}
_OF_TYPE: Mapping[str, Fields] = {
    "text": {},
    "image": {**_MEDIA, "picture_url": ("PicUrl", words)},
    "voice": {
        **_MEDIA,
        "format": ("Format", words),
        "recognition": ("Recognition", words),
        "media_id_16k": ("MediaId16K", words),
    },
    "video": _FILM,
    "shortvideo": _FILM,
    "location": {
        "latitude": ("Location_X", real),
        "longitude": ("Location_Y", real),
        "scale": ("Scale", integer),
        "label": ("Label", words),
    },
    "link": {"title": ("Title", words), "description": ("Description", words), "url": ("Url", words)},
    "miniprogrampage": {
        "title": ("Title", words),
        "app_id": ("AppId", words),
        "page": ("PagePath", words),
        "thumb_url": ("ThumbUrl", words),
        "thumb_media_id": ("ThumbMediaId", words),
    },
    "file": {
        "title": ("Title", words),
        "description": ("Description", words),
        "file_key": ("FileKey", words),
        "md5": ("FileMd5", words),
        "size": ("FileTotalLen", integer),
    },
}

OTHER_MESSAGE = _OF_EVERY
MESSAGES: Mapping[str, Fields] = {kind: {**fields, **_OF_EVERY} for kind, fields in _OF_TYPE.items()}

_SCENE: Fields = {"scene": ("EventKey", words), "ticket": ("Ticket", words)}
_KEY: Fields = {"key": ("EventKey", words), "menu_id": ("MenuId", words)}
_LINK: Fields = {"url": ("EventKey", words), "menu_id": ("MenuId", words)}
_CODE_SCAN = Meaning(
    events.MENU_CLICK,
    {
        **_KEY,
        "scan_type": ("ScanCodeInfo.ScanType", words),
        "scan_result": ("ScanCodeInfo.ScanResult", words),
    },
    can_reply=True,
)
_DESK: Fields = {
    "kf_account": ("KfAccount", words),
    "from_kf_account": ("FromKfAccount", words),
    "to_kf_account": ("ToKfAccount", words),
    "close_type": ("CloseType", words),
}
_PRIVACY: Fields = {
    "app_id": ("AppID", words),
    "revoked": ("RevokeInfo", words),
    "plugin_id": ("PluginID", words),
}
MASS_RECEIPT = "masssendjobfinish"
TEMPLATE_RECEIPT = "templatesendjobfinish"
SUBSCRIPTION_RECEIPT = "subscribe_msg_sent_event"
# By the platform's word in lower case: it writes SCAN and CLICK, but subscribe.
EVENTS: Mapping[str, Meaning] = {
    "subscribe": Meaning(events.FOLLOWED, _SCENE, can_reply=True),
    "unsubscribe": Meaning(events.UNFOLLOWED),
    "scan": Meaning(events.SCANNED, _SCENE, can_reply=True),
    "click": Meaning(events.MENU_CLICK, _KEY, can_reply=True),
    "scancode_push": _CODE_SCAN,
    "scancode_waitmsg": _CODE_SCAN,
    "view": Meaning(events.LINK_CLICKED, _LINK),
    "view_miniprogram": Meaning(events.LINK_CLICKED, _LINK),
    "kf_create_session": Meaning(events.HUMAN_BEGAN, _DESK),
    "kf_switch_session": Meaning(events.HUMAN_BEGAN, _DESK),
    "kf_close_session": Meaning(events.HUMAN_ENDED, _DESK),
    "location": Meaning(
        "custom.platform_location",
        {"latitude": ("Latitude", real), "longitude": ("Longitude", real), "precision": ("Precision", real)},
    ),
    TEMPLATE_RECEIPT: Meaning(
        events.DELIVERY_RECEIPT,
        {"platform_id": ("MsgID", words), "status": ("Status", words)},
        of_account=True,
    ),
    MASS_RECEIPT: Meaning(
        events.DELIVERY_RECEIPT,
        {
            "platform_id": ("MsgID", words),
            "status": ("Status", words),
            "total": ("TotalCount", integer),
            "filtered": ("FilterCount", integer),
            "sent": ("SentCount", integer),
            "failed": ("ErrorCount", integer),
        },
        of_account=True,
    ),
    SUBSCRIPTION_RECEIPT: Meaning(events.DELIVERY_RECEIPT, of_account=True),
    "subscribe_msg_popup_event": Meaning(events.SUBSCRIPTION_ANSWERED),
    "subscribe_msg_change_event": Meaning(events.SUBSCRIPTION_ANSWERED),
    "user_authorization_revoke": Meaning(events.ERASURE_ASKED, _PRIVACY),
    "user_authorization_cancellation": Meaning(events.ERASURE_ASKED, _PRIVACY),
}
# Events the platform's own account sends about ours.
OF_ACCOUNT = frozenset({
    "publishjobfinish", "qualification_verify_success", "qualification_verify_fail", "naming_verify_success",
    "naming_verify_fail", "annual_renew", "verify_expired", "card_pass_check", "card_not_pass_check",
    "card_pay_order", "card_sku_remind", "weapp_audit_success", "weapp_audit_fail", "poi_check_notify",
})  # fmt: skip


def meaning_of(event: str) -> Meaning | None:
    """Return what one of the platform's events means to us, None when we have no table row for it."""
    return EVENTS.get(event.lower())
