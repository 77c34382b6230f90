"""The story: the same for the same seed, and lived by people who can only do what they could."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from bot.demo import acts
from bot.demo.acts import Act, Wire
from bot.demo.grid import OPENING, STEP, Span, by_day, snap
from bot.demo.reactions import CODE, Received, react
from bot.demo.script import Script, write

SPAN = Span(OPENING, 90)
CODE_SEEN = "ABCDEFGH23456"


def _all(script: Script) -> list[Act]:
    return script.take(SPAN.end + timedelta(days=1))


def test_the_same_seed_tells_the_same_story_and_another_seed_another() -> None:
    first, again, other = (_all(write(seed, 60, SPAN)) for seed in (3, 3, 4))
    assert first == again
    assert first != other


def test_members_follow_in_a_steady_stream() -> None:
    follows = [act.at for act in _all(write(1, 520, SPAN)) if act.do == acts.FOLLOW]
    weeks = Counter((at - SPAN.start).days // 7 for at in follows)
    assert len(follows) >= 520
    assert min(weeks[week] for week in range(12)) > 0.5 * max(weeks.values())


def test_everything_happens_on_the_grid_and_within_the_span() -> None:
    for act in _all(write(1, 200, SPAN)):
        assert snap(act.at) == act.at
        assert SPAN.start <= act.at < SPAN.end


def test_nobody_acts_before_following_or_after_leaving() -> None:
    following: set[str] = set()
    for act in _all(write(2, 400, SPAN)):
        if act.do == acts.FOLLOW:
            assert act.who not in following
            following.add(act.who)
        else:
            assert act.who in following, act
        if act.do == acts.UNFOLLOW:
            following.discard(act.who)


def test_orders_keep_a_customers_intervals_and_amounts() -> None:
    script = write(1, 300, SPAN)
    orders: dict[str, list[Act]] = {}
    for act in _all(script):
        if act.do == acts.ORDER:
            orders.setdefault(act.who, []).append(act)
    steady = {who: done for who, done in orders.items() if len(done) >= 3}
    assert steady
    for who, done in steady.items():
        bought = script.people[who].customer.purchases
        placed = {int(str(act.fields["order_id"]).rpartition("-")[2]): act for act in done}
        first = min(placed)
        for number, act in placed.items():
            assert act.fields["total"] == round(bought[number].cents * 7 / 100, 2)
            gap = (act.at.date() - placed[first].at.date()).days - (bought[number].day - bought[first].day)
            assert abs(gap) <= 1


def test_a_seen_code_is_redeemed_and_a_claim_word_is_said() -> None:
    person = next(iter(write(1, 40, SPAN).people.values()))
    offers = [
        Received(
            OPENING + timedelta(hours=hour), person.name, "o1", "mass", "text", "回复「回来了」领券 TD退订"
        )
        for hour in range(80)
    ]
    said = [act.fields.get("text") for offer in offers for act in react(person, offer, 1)]
    assert "回来了" in said
    codes = [
        Received(OPENING + timedelta(hours=hour), person.name, "o1", "reply", "text", f"券码 {CODE_SEEN}")
        for hour in range(80)
    ]
    redeemed = [act for got in codes for act in react(person, got, 1) if act.do == acts.REDEEM]
    assert redeemed
    assert {act.fields["coupon_code"] for act in redeemed} == {CODE_SEEN}


def test_chance_does_not_depend_on_unguessable_codes() -> None:
    person = next(iter(write(1, 40, SPAN).people.values()))
    one, two = (
        [
            (act.at, act.do)
            for hour in range(60)
            for act in react(
                person,
                Received(OPENING + timedelta(hours=hour), person.name, "o1", "reply", "text", f"券码 {code}"),
                1,
            )
        ]
        for code in (CODE_SEEN, "ZZZZZZZZ77777")
    )
    assert one == two
    assert not CODE.search("ABCDEFGH234567")


def test_chance_does_not_depend_on_the_tokens_of_links() -> None:
    person = next(iter(write(1, 40, SPAN).people.values()))

    def reacts(said: str) -> list[tuple[datetime, str, str, object]]:
        got = [
            Received(OPENING + timedelta(hours=hour), person.name, "o1", "customer_service", "text", said)
            for hour in range(60)
        ]
        done = [act for one in got for act in react(person, one, 1)]
        return [(act.at, act.who, act.do, act.fields.get("text")) for act in done]

    address = "http://127.0.0.1:8080/l/"
    assert reacts(f"精选 {address}aB3_dE6-gH9jK2mN") == reacts(f"精选 {address}Zk3vQx8pT1nR5yB7")
    # The control: other words are another chance.
    assert reacts("精选 一") != reacts("精选 二")


def test_nobody_reacts_before_the_present() -> None:
    script = write(1, 40, SPAN)
    _all(script)
    now = OPENING + timedelta(days=50)
    who = next(iter(script.people))
    script.hear(
        [
            Received(OPENING + timedelta(minutes=minute), who, "o1", "mass", "text", "回来了")
            for minute in range(0, 3000, 15)
        ],
        now,
    )
    later = script.take(SPAN.end)
    assert later
    assert min(act.at for act in later) >= now + STEP


def test_what_the_shop_tells_goes_as_a_signed_webhook_and_the_rest_as_the_members_act() -> None:
    wire = Wire("shop", "http://127.0.0.1:1", "whsec_x")
    at = snap(datetime(2026, 6, 1, 4, tzinfo=UTC))
    said = wire.action(Act(at, "m1", acts.SAY, {"text": "你好"}), 5, "oABC")
    assert said == {"at": at.isoformat(), "do": "say", "account": "shop", "from": "m1", "text": "你好"}
    told = wire.action(Act(at, "m1", acts.ORDER, {"order_id": "7", "total": 1.5}), 6, "oABC")
    assert (told["do"], told["url"], told["secret"]) == ("webhook", "http://127.0.0.1:1/v1/track", "whsec_x")
    body = told["body"]
    assert isinstance(body, dict)
    assert body["userId"] == "shop:oABC"
    assert body["event"] == "Order Completed"


def test_a_time_by_day_is_on_that_day_in_shanghai() -> None:
    late = datetime(2026, 6, 1, 17, 0, tzinfo=UTC)  # already 2 June there
    assert by_day(late, 0.0).isoformat() == "2026-06-02T09:00:00+08:00"
    assert by_day(late, 0.999).hour == 21
