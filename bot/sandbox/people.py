"""Members as the platform knows them: an openid per account, and what they allowed."""

from collections import Counter
from dataclasses import dataclass, field

from bot.sandbox.chance import Chance
from bot.sandbox.windows import Window


@dataclass(slots=True)
class Member:
    """One person towards one account; ``gone_known`` once the account has answered the unsubscribe."""

    name: str
    openid: str
    unionid: str | None = None
    following: bool = False
    gone_known: bool = False
    follow_time: int = 0
    scene: str = "ADD_SCENE_SEARCH"
    qr_scene: str = ""
    remark: str = ""
    tags: list[int] = field(default_factory=list)
    window: Window = field(default_factory=Window)
    last_spoke: int = 0
    typing_until: int = 0
    grants: Counter[str] = field(default_factory=Counter)
    mass_months: Counter[str] = field(default_factory=Counter)
    in_flight: int = 0
    blocks: bool = False

    def summary(self) -> dict[str, object]:
        """What the control API shows of a member."""
        return {
            "name": self.name,
            "openid": self.openid,
            "unionid": self.unionid,
            "following": self.following,
            "tags": list(self.tags),
            "grants": {template: left for template, left in self.grants.items() if left > 0},
            "window": {
                "left": self.window.left,
                "until": self.window.until and self.window.until.isoformat(),
            },
        }


class People:
    """The members of one account, found by name or by openid."""

    def __init__(self, chance: Chance, app_id: str) -> None:
        self._chance, self._app_id = chance, app_id
        self._by_openid: dict[str, Member] = {}
        self._by_name: dict[str, Member] = {}

    def find(self, name_or_openid: str) -> Member | None:
        """The member, or None if never met."""
        return self._by_openid.get(name_or_openid) or self._by_name.get(name_or_openid)

    def by_openid(self, openid: str) -> Member | None:
        """The member with exactly this openid, as the API needs it."""
        return self._by_openid.get(openid)

    def meet(self, name: str, unionid: str | None = None) -> Member:
        """The member called ``name`` (or of that openid), made now if never seen, not yet following."""
        member = self.find(name)
        if member is None:
            openid = "o" + self._chance.named(5, self._app_id) + self._chance.named(22, self._app_id, name)
            member = Member(name, openid, unionid)
            self._by_openid[openid] = self._by_name[name] = member
        elif unionid is not None:
            member.unionid = unionid
        return member

    def union_id(self, name: str) -> str:
        """A unionid that depends on the seed and the name, the same for every account of one owner."""
        return "o6_" + self._chance.named(25, "unionid", name)

    def everyone(self) -> list[Member]:
        """All members ever met, in the order of their first appearance."""
        return list(self._by_openid.values())

    def followers(self) -> list[Member]:
        """Members who follow now, in the order of their first appearance."""
        return [member for member in self._by_openid.values() if member.following]
