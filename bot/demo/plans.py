"""What each member would do of their own accord: a plan for every one, fixed by the seed."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from random import Random

from bot.demo import acts
from bot.demo.acts import Act
from bot.demo.cast import Person
from bot.demo.grid import Span, by_day, snap
from bot.demo.pastimes import PASTIMES

# Dollars of 1997 as yuan of today; only the proportions matter.
YUAN_PER_DOLLAR = 7
_TALK = (
    "你好", "营业时间", "怎么退货", "有没有面膜推荐", "新到的精华好用吗", "防晒霜还有货吗",
    "宝宝奶粉什么时候到货", "尿不湿有活动吗", "谢谢", "收到了，包装很好", "周末开门吗",
    "营业时间", "我的券", "可以自提吗", "👍",
)  # fmt: skip
_GRUMBLES = ("我要投诉，快递太慢了", "退款什么时候到", "客服骗人，说好的赠品没有")
_PRODUCTS = ("面膜", "精华", "防晒", "奶粉", "尿不湿", "洁面", "护手霜")

Plan = Callable[[Person, Span, Random], Iterator[Act]]


def plan(person: Person, seed: int, span: Span) -> list[Act]:
    """Return everything the person does unprompted within the span, in order."""
    done = [act for each in _PLANS for act in each(person, span, person.chance(seed, each.__name__))]
    return sorted((act for act in done if act.at < span.end), key=lambda act: act.at)


def _arrival(person: Person, span: Span, rng: Random) -> Iterator[Act]:
    at = person.follows_at
    yield Act(at, person.name, acts.FOLLOW, {"scene": person.scene} if person.scene else {})
    traits = {"birthday": person.birthday} if person.birthday else {}
    if traits:
        yield Act(snap(at + timedelta(hours=12)), person.name, acts.IDENTIFY, {"traits": traits})
    if person.phone:
        yield Act(
            snap(at + timedelta(hours=30)),
            person.name,
            acts.ALIAS,
            {"previousId": f"phone:{person.phone}"},
        )


def _wishes(person: Person, span: Span, rng: Random) -> Iterator[Act]:
    if not person.grants:
        return
    at = snap(person.follows_at + timedelta(minutes=20 if rng.random() < 0.6 else rng.randrange(60, 2800)))
    yield _say(person, at, "订阅优惠")
    if person.personal:
        yield _say(person, snap(at + timedelta(minutes=15)), "开启个性化")
    if rng.random() < 0.5:
        accepts = {"template": "TMPL_ID_2", "accept": rng.random() < 0.85}
        yield Act(snap(at + timedelta(hours=1)), person.name, acts.ANSWER_POPUP, accepts)
    if rng.random() < 0.07:
        yield _say(person, by_day(at + timedelta(days=rng.uniform(4, 60)), rng.random()), "TD")


def _chatter(person: Person, span: Span, rng: Random) -> Iterator[Act]:
    at, quiet_from = person.follows_at, person.follows_at + timedelta(days=person.patience)
    if rng.random() < 0.55:
        yield _say(person, snap(at + timedelta(minutes=30)), rng.choice(_TALK))
    while (at := _next(at, rng, 7)) < min(quiet_from, span.end):
        yield _chat(person, at, rng)
    # Some come back after a long silence.
    if rng.random() < 0.25:
        yield _say(person, by_day(quiet_from + timedelta(days=rng.uniform(32, 50)), rng.random()), "好久不见")


def _chat(person: Person, at: datetime, rng: Random) -> Act:
    kind = rng.random()
    if kind < 0.12:
        return Act(at, person.name, acts.CLICK, {"key": "my_coupons" if rng.random() < 0.8 else "human"})
    if kind < 0.18:
        return Act(at, person.name, acts.SCAN, {"scene": rng.choice(("store_hz", "kol_lin"))})
    if kind < 0.21:
        return _say(person, at, rng.choice(_GRUMBLES))
    return _say(person, at, rng.choice(_TALK))


def _purchases(person: Person, span: Span, rng: Random) -> Iterator[Act]:
    if person.hesitant:
        return
    first = person.follows_at + timedelta(hours=10, days=rng.expovariate(1 / 5))
    for number, purchase in enumerate(person.customer.purchases):
        at = by_day(first + timedelta(days=purchase.day), rng.random(), late=22)
        if at < first:
            at = snap(first)
        yield from _purchase(person, at, number, purchase.cents, purchase.items, rng)


def _purchase(
    person: Person, at: datetime, number: int, cents: int, items: int, rng: Random
) -> Iterator[Act]:
    if rng.random() < 0.4:
        seen = {"product_id": f"p{rng.randrange(40)}", "name": rng.choice(_PRODUCTS)}
        yield Act(snap(at - timedelta(minutes=30)), person.name, acts.VIEW, seen)
    order = order_of(person, at, f"{number}", cents, items)
    yield order
    if rng.random() < 0.03:
        back = {key: order.fields[key] for key in ("order_id", "total", "currency")}
        yield Act(
            by_day(at + timedelta(days=rng.uniform(1, 6)), rng.random()), person.name, acts.REFUND, back
        )


def _leaving(person: Person, span: Span, rng: Random) -> Iterator[Act]:
    if rng.random() > 0.12:
        return
    at = by_day(person.follows_at + timedelta(days=2 + rng.expovariate(1 / 25)), rng.random())
    yield Act(at, person.name, acts.UNFOLLOW)
    if rng.random() < 0.4:
        again = by_day(at + timedelta(days=rng.uniform(3, 20)), rng.random())
        yield Act(again, person.name, acts.FOLLOW)
        yield _say(person, snap(again + timedelta(minutes=15)), "我又回来看看")


_PLANS: tuple[Plan, ...] = (_arrival, _wishes, _chatter, _purchases, _leaving, *PASTIMES)


def order_of(person: Person, at: datetime, name: str, cents: int, items: int) -> Act:
    """Return a paid order of so many US cents, in yuan."""
    fields: dict[str, object] = {
        "order_id": f"HT-{person.name}-{name}",
        "total": round(cents * YUAN_PER_DOLLAR / 100, 2),
        "currency": "CNY",
        "products": [
            {"product_id": f"p{items}", "name": _PRODUCTS[items % len(_PRODUCTS)], "quantity": items}
        ],
    }
    return Act(at, person.name, acts.ORDER, fields)


def _say(person: Person, at: datetime, text: str) -> Act:
    return Act(at, person.name, acts.SAY, {"text": text})


def _next(at: datetime, rng: Random, mean_days: float) -> datetime:
    """Return the next time to talk: by day, but now and then late at night."""
    day = at + timedelta(days=0.2 + rng.expovariate(1 / mean_days))
    if rng.random() < 0.05:
        return by_day(day, rng.random(), early=21, late=24)
    return by_day(day, rng.random())
