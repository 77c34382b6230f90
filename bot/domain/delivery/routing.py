"""Which route is open for a message: the first of `via` that may carry it now."""

from datetime import UTC, datetime, timedelta

from bot.domain.delivery.caps import free_at
from bot.domain.delivery.consent import personalised
from bot.domain.delivery.hours import month_start, next_month, next_time, zone_of
from bot.domain.delivery.policy import DeliveryPolicy
from bot.domain.delivery.reasons import Reason
from bot.domain.delivery.routes import GRANT, REPLY, Quota, RouteRule
from bot.domain.delivery.verdict import Drop, Hold, Pass, Verdict
from bot.domain.delivery.world import World
from bot.domain.outbox import OutboxMessage, Unreachable
from bot.domain.value import value

FOREVER = datetime(9999, 1, 1, tzinfo=UTC)  # an account that is switched off rests until then
BUSY_FOR = timedelta(seconds=1)  # how long the platform wants between calls to one member (43108)


@value
class Shut:
    """Why a route is shut; with `until` it opens by itself then, `rival` when our own message took it."""

    reason: Reason
    until: datetime | None = None
    rival: bool = False


def choose_route(message: OutboxMessage, world: World, policy: DeliveryPolicy, now: datetime) -> Verdict:
    """Return the first open route of `via`, else what becomes of the message."""
    shut: list[Shut] = []
    for name in message.via:
        route = policy.routes.get(name)
        if route is None or name == REPLY or not route.serves(message.purpose):
            continue
        result = _try(route, message, world, policy, now)
        if isinstance(result, Pass):
            if world.ledger.busy:
                return Hold(Reason.BUSY, now + BUSY_FOR)
            return result
        shut.append(result)
    return _unreachable(message, shut or [Shut(Reason.NO_ROUTE)])


def carries_code(route: RouteRule) -> bool:
    """Return whether a coupon's code can travel by this route; else it is fetched by a claim keyword."""
    return route.personal


def _try(
    route: RouteRule, message: OutboxMessage, world: World, policy: DeliveryPolicy, now: datetime
) -> Pass | Shut:
    if route.account not in world.member.addresses:
        return Shut(Reason.UNFOLLOWED)
    if message.coupon is not None and not carries_code(route) and not message.coupon.claim_keyword:
        return Shut(Reason.NEEDS_CLAIM)
    spent: tuple[str, str] | None = None
    if route.windows or route.needs == GRANT:
        spent = (route.name, message.platform_template if route.needs == GRANT else "")
        closed = _allowance(spent, route, world, now)
        if closed is not None:
            return closed
    closed = _quota(route, world, policy, now) or _rest(route, world, now)
    closed = closed or _batch(route, world, policy, now)
    if closed is not None:
        return closed
    return Pass(route.name, spent, route.personal and personalised(message.purpose, world.member, policy))


def _allowance(key: tuple[str, str], route: RouteRule, world: World, now: datetime) -> Shut | None:
    left = world.ledger.allowances.get(key)
    granted = route.needs == GRANT
    if left is None or (left.expires_at is not None and left.expires_at <= now):
        return Shut(Reason.NO_GRANT if granted else Reason.NO_WINDOW)
    if left.remaining > 0:
        return None
    return Shut(Reason.NO_GRANT if granted else Reason.WINDOW_USED_UP, rival=left.rival)


def _quota(route: RouteRule, world: World, policy: DeliveryPolicy, now: datetime) -> Shut | None:
    if route.quota is None:
        return None
    places = [place for place in world.ledger.counted if place.route == route.name]
    until = quota_until(route.quota, [place.at for place in places], policy.zone, now)
    return None if until is None else Shut(Reason.QUOTA, until, any(place.rival for place in places))


def quota_until(quota: Quota, times: list[datetime], zone_name: str, now: datetime) -> datetime | None:
    """Return when the quota allows one more, None when it does now."""
    if isinstance(quota.per, timedelta):
        return free_at(times, quota.max, quota.per, now)
    zone = zone_of(None, zone_name)
    start = month_start(now, zone)
    return next_month(now, zone) if sum(at >= start for at in times) >= quota.max else None


def quota_since(quota: Quota, zone_name: str, now: datetime) -> datetime:
    """Return from when on sends count against the quota."""
    return now - quota.per if isinstance(quota.per, timedelta) else month_start(now, zone_of(None, zone_name))


def _rest(route: RouteRule, world: World, now: datetime) -> Shut | None:
    rests = world.ledger.rests
    if not rests:
        return None
    names = (f"account:{route.account}", f"route:{route.name}")
    until = max((rests[name] for name in names if name in rests), default=now)
    if until <= now:
        return None
    return Shut(Reason.ACCOUNT_STOPPED if until == FOREVER else Reason.RESTING, until)


def _batch(route: RouteRule, world: World, policy: DeliveryPolicy, now: datetime) -> Shut | None:
    if route.batch is None or not route.batch.at:
        return None
    pooled_for = world.standing.batch_at
    if pooled_for is not None and pooled_for <= now:
        return None
    return Shut(Reason.AWAITS_BATCH, next_time(route.batch.at, now, zone_of(None, policy.zone)))


def _unreachable(message: OutboxMessage, shut: list[Shut]) -> Hold | Drop:
    reopening = [found for found in shut if found.until is not None and found.reason is not Reason.QUOTA]
    if reopening:
        # The pool or a rest ends by itself: even `skip` waits for that, and a window may open before.
        first = min(reopening, key=lambda found: found.until or message.expires_at)
        return _waiting(first, message)
    taken = next((found for found in shut if found.rival), None)
    if taken is not None:
        return Hold(Reason.PRIORITY, min(taken.until or message.expires_at, message.expires_at), waiting=True)
    if message.unreachable is Unreachable.WAIT and shut[0].reason is not Reason.NO_ROUTE:
        return _waiting(min(shut, key=lambda found: found.until or message.expires_at), message, shut[0])
    # The routes before were shut as well; what shut the last resort is what ended it.
    return Drop(shut[-1].reason, handoff=message.unreachable is Unreachable.HANDOFF)


def _waiting(until: Shut, message: OutboxMessage, shown: Shut | None = None) -> Hold:
    moment = min(until.until or message.expires_at, message.expires_at)
    return Hold((shown or until).reason, moment, waiting=True)
