"""The content library: what messages may show and link to."""

from collections.abc import Mapping
from datetime import date
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from bot.config.sections.base import Section
from bot.config.sections.fields import Day, PublicUrl, Text, Words
from bot.config.sections.play.times import begins, ends
from bot.domain.content_choice import Item


class ItemSection(Section):
    """One entry of `content`; it may be shown from `since` to `until`, both days included."""

    title: Text
    link: PublicUrl
    labels: Words = Field(default_factory=list)
    summary: Text | None = None
    media: Text | None = None
    since: Day | None = None
    until: Day | None = None

    @model_validator(mode="after")
    def _is_in_order(self) -> "ItemSection":
        """Refuse days out of order."""
        if self.since is not None and self.until is not None and self.until < self.since:
            raise ValueError("until comes before since")
        return self

    def built(self, name: str, zone: ZoneInfo) -> Item:
        """Return the item; its days are those of `zone`."""
        return Item(
            name, self.title, self.link, tuple(self.labels), self.summary or "", self.media or "",
            begins(self.since, zone), ends(self.until, zone),
        )  # fmt: skip


def newest_first(items: Mapping[str, ItemSection], zone: ZoneInfo) -> tuple[Item, ...]:
    """Return the items, the newest first: by `since`, else what stands later in the file."""
    written = list(enumerate(items.items()))
    written.sort(key=lambda one: (one[1][1].since or date.min, one[0]), reverse=True)
    return tuple(item.built(name, zone) for _, (name, item) in written)
