"""What members do for themselves and with each other: days checked in, draws, sales, groups, friends."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from bot.demo import acts
from bot.demo.acts import Act
from bot.demo.cast import Person
from bot.demo.grid import Span, by_day, snap

# On which day of the play the sale opens, at noon; and until which day the lottery runs.
SALE_DAY, SALE_HOUR = 40, 12
DRAWS_UNTIL = 75
# On which day the lottery of the new year is drawn.
DRAWN_ON = 50
# Who asks for their own page opens it.
OWN_PAGE = "我的主页"
_VOTES = ("投票茶 A", "投票茶 B", "投票茶 普洱", "投票茶")
_ANSWERS = ("问答茶 杭州", "问答茶 福建", "问答茶 a")
_ASKED = ("我的积分", "兑换", "兑换茶券", "活动", "抽奖规则", "我的数据", OWN_PAGE)


def sale_at(start: datetime) -> datetime:
    """Return when the sale opens in a play that begins then."""
    return (start + timedelta(days=SALE_DAY)).replace(hour=SALE_HOUR, minute=0)


def checking_in(person: Person, span: Span, rng: Random) -> Iterator[Act]:
    """Yield days checked in: a streak, a gap now and then, sometimes made up."""
    if rng.random() > 0.3:
        return
    day = person.follows_at + timedelta(days=rng.uniform(0, 4))
    hour = rng.random()
    for _ in range(int(rng.expovariate(1 / 12)) + 2):
        day += timedelta(days=1)
        if rng.random() < 0.12:
            continue
        at = by_day(day, hour, early=9, late=20)
        yield _say(person, at, rng.choice(("打卡", "签到")))
        if rng.random() < 0.05:
            yield _say(person, snap(at + timedelta(minutes=20)), "补签")


def playing(person: Person, span: Span, rng: Random) -> Iterator[Act]:
    """Yield chances taken, votes, questions about points."""
    until = min(span.end, person.follows_at + timedelta(days=person.patience + 10))
    at = person.follows_at + timedelta(days=rng.uniform(1, 20))
    for _ in range(int(rng.expovariate(1 / 3))):
        at += timedelta(days=rng.uniform(0.5, 9))
        if at < until:
            words = ("抽奖",) * 3 + (rng.choice(_ASKED), rng.choice(_VOTES), rng.choice(_ANSWERS))
            yield _say(person, by_day(at, rng.random()), rng.choice(words))


def hunting(person: Person, span: Span, rng: Random) -> Iterator[Act]:
    """Yield who is there when the sale opens."""
    opens = sale_at(span.start)
    if person.follows_at < opens and rng.random() < 0.7:
        yield _say(person, snap(opens + timedelta(minutes=rng.choice((0, 0, 0, 20, 40)))), "秒杀")


def inviting(person: Person, span: Span, rng: Random) -> Iterator[Act]:
    """Yield who asks for a code of their own, and who begins a group."""
    day = person.follows_at + timedelta(days=rng.uniform(3, 30))
    if rng.random() < 0.1:
        yield _say(person, by_day(day, rng.random()), "邀请")
    if rng.random() < 0.12:
        yield _say(person, by_day(day + timedelta(days=rng.uniform(2, 20)), rng.random(), late=18), "拼团")


def hoping(person: Person, span: Span, rng: Random) -> Iterator[Act]:
    """Yield who takes a chance in the lottery that is drawn at its time, and asks for its terms before."""
    drawn = span.start + timedelta(days=DRAWN_ON - 1)
    at = person.follows_at + timedelta(days=rng.uniform(2, 25))
    if at >= drawn or rng.random() > 0.25:
        return
    if rng.random() < 0.3:
        yield _say(person, by_day(at, rng.random()), "抽奖规则 新年抽奖")
    yield _say(person, by_day(at + timedelta(hours=1), rng.random()), "新年抽奖")


PASTIMES = (checking_in, playing, hunting, inviting, hoping)


def _say(person: Person, at: datetime, text: str) -> Act:
    opened: dict[str, object] = {"opens": True} if text == OWN_PAGE else {}
    return Act(at, person.name, acts.SAY, {"text": text, **opened})
