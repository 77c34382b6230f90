"""Which column of a table of members holds what: headings in Chinese and English are known."""

from collections.abc import Mapping, Sequence

PHONE = "phone"
UNIONID = "unionid"
ADDRESS = "address"
WHO = "identity"
NAME = "name"
BIRTHDAY = "birthday"
TAGS = "tags"
SOURCE = "source"
CITY = "city"
CONSENT = "consent"
CONSENT_AT = "consent_at"
PROOF = "proof"

_KNOWN: Mapping[str, Sequence[str]] = {
    PHONE: ("手机", "手机号", "手机号码", "电话", "联系电话", "phone", "mobile", "tel", "telephone"),
    UNIONID: ("unionid", "union_id"),
    ADDRESS: ("openid", "open_id", "微信openid"),
    WHO: ("会员标识", "标识", "identity", "known_as", "userid", "user_id", "account:openid"),
    NAME: ("姓名", "名字", "称呼", "昵称", "会员姓名", "name", "nickname", "fullname"),
    BIRTHDAY: ("生日", "出生日期", "birthday", "birthdate", "dob"),
    TAGS: ("标签", "tags", "tag", "labels"),
    SOURCE: ("来源", "渠道", "source", "channel"),
    CITY: ("城市", "city"),
    CONSENT: ("同意", "营销同意", "同意营销", "授权", "consent", "consents", "marketing_consent"),
    CONSENT_AT: ("同意时间", "同意日期", "授权时间", "consent_at", "consent_time", "consent_date"),
    PROOF: ("凭证", "同意凭证", "证明", "授权凭证", "proof", "consent_proof", "evidence"),
}
_FIELDS = {name: field for field, names in _KNOWN.items() for name in names}
IDENTIFYING = frozenset({PHONE, UNIONID, ADDRESS, WHO})


def mapped(headings: Sequence[str], accounts: Sequence[str]) -> dict[str, str]:
    """Return the field of each heading that is known; ``shop:openid`` names its account itself."""
    found: dict[str, str] = {}
    for heading in headings:
        account, colon, rest = heading.partition(":")
        if colon and account in accounts and _field(rest) == ADDRESS:
            found[heading] = f"{ADDRESS}:{account}"
        elif (field := _field(heading)) and field not in found.values():
            found[heading] = field
    return found


def _field(heading: str) -> str:
    return _FIELDS.get(heading.strip().lower().replace(" ", "_").replace("-", "_"), "")
