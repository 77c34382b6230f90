"""Tags, complaints, queues of people, alerts, operators and privacy."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from bot.config.model import Alerts, Complaints, GroupLife, Operators, Privacy, Queue
from bot.config.sections.base import Section
from bot.config.sections.fields import (
    Count,
    Duration,
    Hours,
    Money,
    Name,
    Secret,
    Share,
    Template,
    Text,
    Words,
)

Permission = Literal["read", "tag", "send", "approve", "settings"]
# A scene_str has 1 to 64 characters.
# https://developers.weixin.qq.com/doc/service/Account_Management/Generating_a_Parametric_QR_Code.html
Scene = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Kept = Literal["messages", "events", "consents", "draws", "logs"]


class TagsSection(Section):
    """`tags:`; words in a message that put a tag on its writer, and QR scenes that name a source."""

    keywords: dict[Text, Annotated[Words, Field(min_length=1)]] = Field(default_factory=dict)
    sources: dict[Scene, Text] = Field(default_factory=dict)


class ComplaintsSection(Section):
    """`complaints:`."""

    keywords: Annotated[Words, Field(min_length=1)]
    queue: Name
    model: Literal["auto", "none"] = "auto"
    threshold: Share = Complaints((), "").threshold

    def built(self) -> Complaints:
        """Return it frozen."""
        return Complaints(tuple(self.keywords), self.queue, self.model == "auto", self.threshold)


class QueueSection(Section):
    """One entry of `queues:`."""

    operators: Annotated[list[Text], Field(min_length=1, max_length=100)]
    hours: Hours

    def built(self) -> Queue:
        """Return it frozen."""
        return Queue(tuple(self.operators), *self.hours)


class AlertsSection(Section):
    """`alerts:`."""

    to: Annotated[list[Text], Field(max_length=100)] = Field(default_factory=list)
    stuck_after: Duration = Alerts().stuck_after
    under_delivery: Share = Alerts().under_delivery

    def built(self) -> Alerts:
        """Return it frozen."""
        return Alerts(tuple(self.to), self.stuck_after, self.under_delivery)


class GroupsSection(Section):
    """`groups:`; how we behave in groups."""

    welcome: Template | Literal["none"] = "groups/welcome"
    cool_down: Duration = GroupLife().cool_down
    quiet_after: Duration = GroupLife().quiet_after

    def built(self) -> GroupLife:
        """Return it frozen."""
        welcome = "" if self.welcome == "none" else self.welcome
        return GroupLife(welcome, self.cool_down, self.quiet_after)


class SecondPersonSection(Section):
    """`operators.confirm.second_person:`; from which size on a second operator must agree."""

    members: Count | None = None
    cost: Money | None = None


class ConfirmSection(Section):
    """`operators.confirm:`."""

    lasts: Duration = Operators().confirm_lasts
    grace: Duration = Operators().grace
    second_person: SecondPersonSection = SecondPersonSection()


class OperatorsSection(Section):
    """`operators:`."""

    roles: dict[Name, Annotated[list[Permission], Field(min_length=1)]] = Field(default_factory=dict)
    confirm: ConfirmSection = ConfirmSection()
    test_members: list[Text] = Field(default_factory=list)

    def built(self) -> Operators:
        """Return it frozen."""
        return Operators(
            {name: frozenset(granted) for name, granted in self.roles.items()},
            self.confirm.lasts,
            self.confirm.grace,
            self.confirm.second_person.members,
            self.confirm.second_person.cost,
            tuple(self.test_members),
        )


class PrivacySection(Section):
    """`privacy:`."""

    key: Secret
    index_key: Secret
    unfollowed: Literal["erase", "keep"] = "erase"
    retention: dict[Kept, Duration] = Field(default_factory=dict)

    def built(self) -> Privacy:
        """Return it frozen."""
        kept = {str(name): span for name, span in self.retention.items()}
        return Privacy(self.key, self.index_key, self.unfollowed == "erase", kept)
