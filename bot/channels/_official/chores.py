"""Setting the account up and looking it over: menu, source codes, followers, health.

https://developers.weixin.qq.com/doc/offiaccount/Custom_Menus/Creating_Custom-Defined_Menu.html
https://developers.weixin.qq.com/doc/service/Account_Management/Generating_a_Parametric_QR_Code.html
https://developers.weixin.qq.com/doc/service/api/usermanage/userinfo/api_batchuserinfo.md
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from bot.channels._official.client import AioWeChatClient
from bot.channels._official.verdicts import BAD_ANSWER
from bot.domain.account import (
    AccountSettings,
    Finding,
    FollowerDetails,
    FollowerPage,
    MenuButton,
    SourceCode,
)
from bot.domain.errors import OutcomeUnknown, SendError

DETAILS_AT_ONCE = 100
# The longest the platform keeps a temporary code.
MEMBER_CODE_S = 2_592_000
# Where a mini-program button leads on a client too old for mini programs; the API demands an address.
_NO_MINI_PROGRAMS = "https://mp.weixin.qq.com"


class Chores:
    """The account's own chores; each raises one leaf of SendError when the platform refuses."""

    def __init__(self, settings: AccountSettings, client: AioWeChatClient) -> None:
        """Work on this account through its client."""
        self._settings = settings
        self._client = client

    async def publish_menu(self) -> int:
        """Put the configured menu in the place of the published one; return its number of entries."""
        buttons = [_button(one) for one in self._settings.menu]
        if buttons:
            await self._client.menu.create({"button": buttons})
        return len(buttons)

    async def create_source_code(self, source: str) -> SourceCode:
        """Make the permanent QR code of a source; an account may have 100,000."""
        answer = await self._client.qrcode.create(
            {
                "action_name": "QR_LIMIT_STR_SCENE",
                "action_info": {"scene": {"scene_str": source}},
            }
        )
        return SourceCode(source, _text(answer, "ticket"), _text(answer, "url"))

    async def create_member_code(self, scene: str) -> SourceCode:
        """Make a QR code for one member's scene, good for 30 days; of these there is no limit.

        https://developers.weixin.qq.com/doc/service/Account_Management/Generating_a_Parametric_QR_Code.html
        """
        answer = await self._client.qrcode.create(
            {
                "expire_seconds": MEMBER_CODE_S,
                "action_name": "QR_STR_SCENE",
                "action_info": {"scene": {"scene_str": scene}},
            }
        )
        return SourceCode(scene, _text(answer, "ticket"), _text(answer, "url"))

    async def followers(self, after: str = "") -> FollowerPage:
        """Return the next page of up to 10,000 followers; begin and end with an empty address.

        500 calls a day: keep `next` and go on from there.
        """
        answer = await self._client.user.get_followers(after or None)
        data = answer.get("data")
        listed = data.get("openid", []) if isinstance(data, dict) else []
        addresses = tuple(one for one in listed if isinstance(one, str))
        total = answer.get("total")
        following = answer.get("next_openid")
        more = isinstance(following, str) and following != "" and bool(addresses) and following != after
        return FollowerPage(
            total if type(total) is int else len(addresses), addresses, str(following) if more else ""
        )

    async def member_details(self, addresses: Sequence[str]) -> list[FollowerDetails]:
        """Return what the platform knows of these addresses, asking for 100 at a time."""
        found: list[FollowerDetails] = []
        for start in range(0, len(addresses), DETAILS_AT_ONCE):
            rows = await self._client.user.get_batch(list(addresses[start : start + DETAILS_AT_ONCE]))
            found += [_details(row) for row in rows if isinstance(row, dict) and row.get("openid")]
        return found

    async def check(self) -> list[Finding]:
        """Return what is well and what isn't: the token, the address list, the templates."""
        findings = [await _looked_at("token", self._client.misc.get_wechat_ips)]
        if not findings[0].well:
            return findings
        if self._settings.message_templates:
            findings += await self._templates("message_templates", self._settings.message_templates.values())
        findings.append(await _looked_at("menu", self._client.menu.get_menu_info))
        return findings

    async def _templates(self, subject: str, wanted: Iterable[str]) -> list[Finding]:
        try:
            answer = await self._client.template.get_all_private_template()
        except SendError as error:
            return [Finding(subject, well=False, reason=error.reason, detail=error.detail)]
        rows = answer.get("template_list")
        known = {row.get("template_id") for row in rows if isinstance(row, dict)} if rows else set()
        return [
            Finding(f"{subject}.{one}", well=one in known, reason="" if one in known else "template_missing")
            for one in wanted
        ]


async def _looked_at(subject: str, look: Callable[[], Awaitable[Any]]) -> Finding:
    try:
        await look()
    except SendError as error:
        return Finding(subject, well=False, reason=error.reason, detail=error.detail)
    return Finding(subject, well=True)


def _button(entry: MenuButton) -> dict[str, Any]:
    if entry.children:
        return {"name": entry.label, "sub_button": [_button(child) for child in entry.children]}
    if entry.mini_program is not None:
        app_id, page = entry.mini_program
        url = entry.url or _NO_MINI_PROGRAMS
        return {"type": "miniprogram", "name": entry.label, "url": url, "appid": app_id, "pagepath": page}
    if entry.url:
        return {"type": "view", "name": entry.label, "url": entry.url}
    return {"type": "click", "name": entry.label, "key": entry.click}


def _details(row: dict[str, Any]) -> FollowerDetails:
    seconds = row.get("subscribe_time")
    at = datetime.fromtimestamp(seconds, UTC) if type(seconds) is int and 0 < seconds < 1 << 33 else None
    return FollowerDetails(
        address=str(row["openid"]),
        following=row.get("subscribe") == 1,
        unionid=str(row.get("unionid") or ""),
        remark=str(row.get("remark") or ""),
        followed_at=at,
        scene=str(row.get("qr_scene_str") or row.get("qr_scene") or ""),
        language=str(row.get("language") or ""),
    )


def _text(answer: dict[str, Any], name: str) -> str:
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise OutcomeUnknown(BAD_ANSWER, detail=f"no {name}")
    return value
