"""What a member becomes by an effect, in memory: the next decision sees it before anything is stored.

`storage.effects.apply` does the same to the database; a property test holds the two equal. Effects
whose outcome only storage knows (a coupon, an attempt) leave the member as it is, and so does `Emit`:
the event it announces is folded with `Member.did` when its turn comes.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bot.domain import storable
from bot.domain.effects import (
    AddTag,
    Effect,
    EndSilence,
    Enroll,
    EraseMember,
    JoinGroup,
    LeaveGroup,
    MoveEnrollment,
    RemoveTag,
    SetAttributes,
    SetConsent,
    SetFollowing,
    SetMembership,
    SetReview,
    SetStage,
    Suppress,
)
from bot.domain.lifecycle.enrollment import Enrollment, PastRun, PastRuns
from bot.domain.members import Consent, Member, Tag
from bot.domain.value import evolve

OWN_COLUMNS = ("name", "zone", "birthday", "source")
RECENT_RUNS = 64


def fold(member: Member, effect: Effect) -> Member:
    """Return the member after the effect."""
    folding = _FOLDINGS.get(type(effect))
    return folding(member, effect) if folding is not None else member


def tag_after(old: Tag | None, effect: AddTag) -> Tag:
    """Return the tag as it stands after adding it: the first time stays, the later expiry wins."""
    if old is None or not old.live(effect.at):
        return Tag(effect.name, effect.source, effect.at, effect.expires_at)
    return evolve(old, expires_at=_later_end(old.expires_at, effect.expires_at))


def outweighs(new: SetConsent, old: Consent | None) -> bool:
    """Tell whether a word on consent replaces the last one: later does, and on a tie a withdrawal."""
    if old is None or new.at > old.at:
        return True
    return new.at == old.at and old.granted and not new.granted


def past_after(past: PastRuns | None, run: Enrollment) -> PastRuns:
    """Return the finished runs of a rule after one more."""
    one = PastRun(run.key, run.entered_at)
    if past is None:
        return PastRuns(1, run.entered_at, run.ended_at, (one,))
    recent = sorted((one, *past.recent), key=_newest_first)[:RECENT_RUNS]
    ends = [end for end in (past.last_ended_at, run.ended_at) if end is not None]
    return PastRuns(
        past.count + 1, max(past.last_entered_at, run.entered_at), max(ends) if ends else None, tuple(recent)
    )


def _newest_first(run: PastRun) -> float:
    return -run.entered_at.timestamp()


def _later_end(one: datetime | None, other: datetime | None) -> datetime | None:
    return None if one is None or other is None else max(one, other)


def _add_tag(member: Member, effect: AddTag) -> Member:
    tag = tag_after(member.tags.get(effect.name), effect)
    return evolve(member, tags={**member.tags, effect.name: tag})


def _remove_tag(member: Member, effect: RemoveTag) -> Member:
    return evolve(member, tags=_without(member.tags, effect.name))


def _set_stage(member: Member, effect: SetStage) -> Member:
    if member.stage == effect.stage:
        return member
    return evolve(member, stage=effect.stage, stage_since=effect.at)


def _set_membership(member: Member, effect: SetMembership) -> Member:
    one = {effect.segment}
    inside = member.memberships | one if effect.inside else member.memberships - one
    return evolve(member, memberships=inside)


def _set_review(member: Member, effect: SetReview) -> Member:
    return evolve(member, review_at=effect.at)


def _set_attributes(member: Member, effect: SetAttributes) -> Member:
    columns: dict[str, Any] = {}
    attributes = dict(member.attributes)
    for name, value in storable.scalars(effect.values).items():
        if name in OWN_COLUMNS:
            columns[name] = None if value is None else str(value)
        elif value is None:
            attributes.pop(name, None)
        else:
            attributes[name] = value
    return evolve(member, attributes=attributes, **columns)


def _set_consent(member: Member, effect: SetConsent) -> Member:
    if not outweighs(effect, member.consents.get(effect.purpose)):
        return member
    word = Consent(effect.granted, effect.at, effect.basis)
    return evolve(member, consents={**member.consents, effect.purpose: word})


def _suppress(member: Member, effect: Suppress) -> Member:
    old = member.suppressed.get(effect.purpose)
    until = effect.until if old is None else max(old, effect.until)
    return evolve(member, suppressed={**member.suppressed, effect.purpose: until})


def _set_following(member: Member, effect: SetFollowing) -> Member:
    links = tuple(
        evolve(link, following=effect.following) if link.account == effect.account else link
        for link in member.links
    )
    return evolve(member, links=links)


def _enroll(member: Member, effect: Enroll) -> Member:
    run = effect.enrollment
    if any(known.id == run.id for known in member.runs):
        return member
    return _with_run(member, run, ended_now=not run.active)


def _move(member: Member, effect: MoveEnrollment) -> Member:
    run = effect.enrollment
    old = next((known for known in member.runs if known.id == run.id), None)
    if old is None or (old.step, old.began_at) != (effect.was_step, effect.was_began_at):
        return member
    if not old.active and old.state is not run.state:
        return member
    return _with_run(member, run, ended_now=old.active and not run.active)


def _with_run(member: Member, run: Enrollment, *, ended_now: bool) -> Member:
    runs = [known for known in member.runs if known.id != run.id]
    if run.active or run.due_at is not None:
        runs.append(run)
    past = member.past
    if ended_now:
        past = {**past, run.rule: past_after(past.get(run.rule), run)}
    return evolve(member, runs=tuple(sorted(runs, key=lambda one: (one.entered_at, one.id))), past=past)


def _erase(member: Member, effect: EraseMember) -> Member:
    """What may stay is for storage to find out; until then nothing is known but the ties elsewhere."""
    elsewhere = effect.account and any(link.account != effect.account for link in member.links)
    if elsewhere:
        return member
    return Member(member.id, member.known_since, consents=member.consents, links=member.links)


def _without(items: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in items.items() if key != name}


_FOLDINGS: Mapping[type, Callable[[Member, Any], Member]] = {
    AddTag: _add_tag,
    RemoveTag: _remove_tag,
    SetStage: _set_stage,
    SetMembership: _set_membership,
    SetReview: _set_review,
    SetAttributes: _set_attributes,
    SetConsent: _set_consent,
    Suppress: _suppress,
    SetFollowing: _set_following,
    Enroll: _enroll,
    MoveEnrollment: _move,
    EraseMember: _erase,
    EndSilence: lambda member, end: evolve(member, suppressed=_without(member.suppressed, end.purpose)),
    JoinGroup: lambda member, join: evolve(member, groups={**member.groups, join.group: join.name}),
    LeaveGroup: lambda member, leave: evolve(member, groups=_without(member.groups, leave.group)),
}
