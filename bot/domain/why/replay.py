"""A member as they were at a moment, put together again from history.

What history does not keep is taken as it is now: name, birthday and other attributes, and a tag's source.
An event counts from when we knew of it, since nothing could be decided on it before.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.events import (
    CONSENT_GRANTED,
    CONSENT_WITHDRAWN,
    FOLLOWED,
    STAGE_CHANGED,
    TAG_ADDED,
    TAG_REMOVED,
    UNFOLLOWED,
)
from bot.domain.folding import past_after
from bot.domain.lifecycle.enrollment import Enrollment, EnrollmentState, PastRuns
from bot.domain.members import Consent, Holding, Link, Member, Rfm, Tag
from bot.domain.why.life import Edge, Given, Happening, Life, Score, Stay


class Replay:
    """Walks through a life, always forward, and shows the member at each moment."""

    def __init__(self, life: Life, kinds: frozenset[str]) -> None:
        """Begin before anything happened; `kinds` are those whose single moments some condition counts."""
        self._life = life
        self._kinds = kinds
        self._next = 0
        member = life.member
        self._member = Member(
            id=member.id,
            known_since=member.known_since,
            name=member.name,
            zone=member.zone,
            birthday=member.birthday,
            source=member.source,
            attributes=member.attributes,
            moments=dict.fromkeys(kinds, ()),
        )

    def at(self, now: datetime, upto: int | None = None) -> Member:
        """Return the member at `now`, which must not be before the moment asked for last.

        `upto` says that only so many of the happenings count, where several came at one moment.
        """
        known = self._life.happenings
        while self._next < len(known) and (
            known[self._next].received_at <= now if upto is None else self._next < upto
        ):
            self._happen(known[self._next])
            self._next += 1
        life, member = self._life, self._member
        runs, past = _runs(life.runs, now)
        return replace(
            member,
            tags={**_tags_then(life.member, now), **_live(member, now)},
            memberships=_inside(life.edges, now),
            rfm=_scored(life.scores, now),
            groups=_stayed(life.stays, now),
            holdings=_held(life.given, now),
            runs=runs,
            past=past,
        )

    def _happen(self, one: Happening) -> None:
        member = self._member.did(one.kind, one.at, one.amount)
        self._member = _FACTS[one.kind](member, one) if one.kind in _FACTS else member


def _stage(member: Member, one: Happening) -> Member:
    return replace(member, stage=str(one.properties.get("stage", "")), stage_since=one.at)


def _tag(member: Member, one: Happening) -> Member:
    name = str(one.properties.get("tag", ""))
    return replace(member, tags={**member.tags, name: Tag(name, "", one.at)})


def _untag(member: Member, one: Happening) -> Member:
    gone = one.properties.get("tag")
    return replace(member, tags={name: tag for name, tag in member.tags.items() if name != gone})


def _consent(member: Member, one: Happening) -> Member:
    purpose = str(one.properties.get("purpose", ""))
    word = Consent(one.kind == CONSENT_GRANTED, one.at)
    return replace(member, consents={**member.consents, purpose: word})


def _follow(member: Member, one: Happening) -> Member:
    others = tuple(link for link in member.links if link.account != one.account)
    link = Link(one.account, "", one.kind == FOLLOWED, one.at)
    return replace(member, links=(*others, link))


_FACTS = {
    STAGE_CHANGED: _stage,
    TAG_ADDED: _tag,
    TAG_REMOVED: _untag,
    CONSENT_GRANTED: _consent,
    CONSENT_WITHDRAWN: _consent,
    FOLLOWED: _follow,
    UNFOLLOWED: _follow,
}


def _tags_then(member: Member, now: datetime) -> dict[str, Tag]:
    """Return the tags of today that were there already: not every tag comes with an event."""
    return {name: tag for name, tag in member.tags.items() if tag.at <= now}


def _live(member: Member, now: datetime) -> dict[str, Tag]:
    return {name: tag for name, tag in member.tags.items() if tag.live(now)}


def _inside(edges: Sequence[Edge], now: datetime) -> frozenset[str]:
    inside: set[str] = set()
    for edge in edges:
        if edge.at > now:
            break
        (inside.add if edge.inside else inside.discard)(edge.segment)
    return frozenset(inside)


def _scored(scores: Sequence[Score], now: datetime) -> Rfm | None:
    last = next((score for score in reversed(scores) if score.at <= now), None)
    return None if last is None else Rfm(last.recency, last.frequency, last.monetary)


def _stayed(stays: Iterable[Stay], now: datetime) -> dict[str, str]:
    return {
        one.group: one.name for one in stays if one.since <= now and (one.until is None or one.until > now)
    }


def _held(given: Iterable[Given], now: datetime) -> dict[str, Holding]:
    return {
        one.batch: Holding(one.batch, _state_then(one, now), one.issued_at, one.expires_at)
        for one in given
        if one.issued_at <= now
    }


def _state_then(one: Given, now: datetime) -> str:
    if one.redeemed_at is not None:
        return "redeemed" if one.redeemed_at <= now else "issued"
    return "issued" if one.state == "expired" else one.state


def _runs(runs: Iterable[Enrollment], now: datetime) -> tuple[tuple[Enrollment, ...], dict[str, PastRuns]]:
    """Return the runs under way just before, and what re-entry remembered of those that had ended."""
    active: list[Enrollment] = []
    past: dict[str, PastRuns] = {}
    for run in runs:
        if run.entered_at >= now:
            continue
        if run.ended_at is None or run.ended_at > now:
            active.append(replace(run, state=EnrollmentState.ACTIVE, ended_at=None, reason=""))
        else:
            past[run.rule] = past_after(past.get(run.rule), run)
    return tuple(active), past
