"""What the platforms let us do and what we allow ourselves: routes, consent, caps, quiet hours, fairness."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, PlainValidator, model_validator

from bot.config import values
from bot.config.sections.base import Section
from bot.config.sections.fields import Count, Duration, Name, Template, Text, TimeOfDay, Words
from bot.domain.delivery.policy import CapRule, ConsentRule, Fairness, GlobalHoldout, QuietHours
from bot.domain.delivery.routes import BatchRule, Month, Quota, RouteRule, WindowRule

Purpose = Literal["marketing", "service"]


def _month_or_span(value: object) -> timedelta | Month:
    """Return a rolling span, or the calendar month in which a platform counts."""
    return "calendar_month" if value == "calendar_month" else values.duration(value)


def _idempotency(value: object) -> object:
    """Return the key's description; the word none stands for no key."""
    if value == "none" or isinstance(value, dict):
        return None if value == "none" else value
    raise ValueError("write none, or {key: NAME, lasts: 10m}")


def _consent_purpose(value: object) -> str:
    """Return a purpose that consent can be asked for."""
    if value in {"marketing", "personalised", "service"}:
        return str(value)
    raise ValueError("a purpose is marketing, personalised or service")


ConsentPurpose = Annotated[str, PlainValidator(_consent_purpose)]


class WindowSection(Section):
    """One entry of a route's `windows:`."""

    opened_by: Text
    allowance: Annotated[int, Field(ge=1, le=1000)]
    lasts: Duration


class AllowanceSection(Section):
    """A route's `allowance:`."""

    per_member: Count | None = None
    per_group: Count | None = None
    per: Annotated[timedelta | Month, PlainValidator(_month_or_span)]

    @model_validator(mode="after")
    def _one_number(self) -> "AllowanceSection":
        """Refuse two numbers, or none."""
        if (self.per_member is None) == (self.per_group is None):
            raise ValueError("write either per_member or per_group")
        return self

    def built(self) -> Quota:
        """Return it frozen."""
        return Quota(self.per_member or self.per_group or 0, self.per)


class BatchSection(Section):
    """A route's `batch:`; mass sends by member list take 2 to 10,000 members a call."""

    at: Annotated[list[TimeOfDay], Field(min_length=1, max_length=48)]
    min: Annotated[int, Field(ge=1, le=10_000)] = 2
    max: Annotated[int, Field(ge=1, le=10_000)] = 10_000

    @model_validator(mode="after")
    def _in_order(self) -> "BatchSection":
        """Refuse a least number above the greatest."""
        if self.min > self.max:
            raise ValueError("min is more than max")
        return self

    def built(self) -> BatchRule:
        """Return it frozen."""
        return BatchRule(tuple(sorted(self.at)), self.min, self.max)


class KeySection(Section):
    """A route's `idempotency:`; without `lasts` the key protects for ever."""

    key: Name
    lasts: Duration | None = None


class RouteSection(Section):
    """One entry of `routes:`."""

    account: Name
    method: Name | None = None
    windows: list[WindowSection] = Field(default_factory=list)
    purposes: list[Purpose] = Field(default_factory=list)
    personal: bool = True
    needs: Literal["subscription_grant"] | None = None
    idempotency: Annotated[KeySection | None, BeforeValidator(_idempotency)] = None
    allowance: AllowanceSection | None = None
    batch: BatchSection | None = None
    confirmed_by: Literal["employee"] | None = None

    def built(self, name: str) -> RouteRule:
        """Return it frozen; a route's method is its own name unless the file says otherwise."""
        key, quota = self.idempotency, self.allowance
        return RouteRule(
            name,
            self.method or name,
            self.account,
            tuple(WindowRule(door.opened_by, door.allowance, door.lasts) for door in self.windows),
            frozenset(self.purposes),
            self.personal,
            self.needs or "",
            key.key if key else "",
            (key.lasts or values.LONGEST) if key else timedelta(),
            quota.built() if quota else None,
            quota is not None and quota.per_group is not None,
            self.batch.built() if self.batch else None,
            self.confirmed_by or "",
        )


class ConsentSection(Section):
    """One entry of `consent:`."""

    basis: Literal["opt_in", "contract"]
    grant_keywords: Words = Field(default_factory=list)
    withdraw_keywords: Words = Field(default_factory=list)
    notice: Template | None = None
    ask_again_after: Duration | None = None
    fallback: Literal["generic"] | None = None

    def built(self, purpose: str) -> ConsentRule:
        """Return it frozen."""
        return ConsentRule(
            purpose,
            self.basis,
            tuple(self.grant_keywords),
            tuple(self.withdraw_keywords),
            self.notice or "",
            self.ask_again_after,
            self.fallback or "",
        )


class CapSection(Section):
    """One entry of `frequency_caps:`."""

    purpose: Purpose
    max: Annotated[int, Field(ge=0, le=10**6)]
    per: Duration

    def built(self) -> CapRule:
        """Return it frozen."""
        return CapRule(self.purpose, self.max, self.per)


class QuietSection(Section):
    """`quiet_hours:`; over midnight when `from` is later than `until`."""

    start: Annotated[TimeOfDay, Field(alias="from")]
    until: TimeOfDay
    action: Literal["defer"] = "defer"

    @model_validator(mode="after")
    def _not_empty(self) -> "QuietSection":
        """Refuse hours that begin when they end."""
        if self.start == self.until:
            raise ValueError("from and until are the same time")
        return self

    def built(self) -> QuietHours:
        """Return it frozen."""
        return QuietHours(self.start, self.until)


class HoldoutSection(Section):
    """`holdout:`."""

    percent: Annotated[float, Field(ge=0, lt=100)]
    salt: Text

    def built(self) -> GlobalHoldout:
        """Return it frozen."""
        return GlobalHoldout(self.percent, self.salt)


class FairnessSection(Section):
    """`fairness:`."""

    forbidden: list[Name] = Field(default_factory=list)
    basis: list[Name] = Field(default_factory=list)

    def built(self) -> Fairness:
        """Return it frozen."""
        return Fairness(frozenset(self.forbidden), frozenset(self.basis))
