"""券: the batches, one batch, or what became of a code."""

from bot.domain.commanding.asks import AskCoupon, CouponFound
from bot.domain.commanding.command import Asked, Command, Level, Outcome, Query
from bot.domain.commanding.saying import Said, lines, say
from bot.domain.identity import number_of
from handlers.commands._people import minute


def run(asked: Asked) -> Outcome:
    """Ask for a code or batch; without one, name the batches."""
    words = [word for word in asked.line.words if word not in {"查", "check"}]
    if not words:
        rows = (say("coupon_title", batch=name, title=title) for name, title in _titles(asked).items())
        return say("coupon_head") + lines(rows)
    name = words[0]

    def answer(found: CouponFound | None) -> Said:
        return say("coupon_unknown", name=name) if found is None else _told(found, asked)

    return Query(AskCoupon(name), answer)


def _told(found: CouponFound, asked: Asked) -> Said:
    title = _titles(asked).get(found.batch, found.batch)
    if not found.code:
        left = found.stock - found.taken
        return say(
            "coupon_batch",
            batch=found.batch,
            title=title,
            left=left,
            issued=found.issued,
            redeemed=found.redeemed,
        )
    zone = asked.house.zone
    whose = number_of(found.member_id) if found.member_id is not None else "—"
    return say(
        "coupon_code",
        title=title,
        state=say(f"coupon_{found.state}"),
        who=whose,
        issued=minute(found.issued_at, zone),
        until=minute(found.expires_at, zone),
        redeemed=minute(found.redeemed_at, zone),
    )


def _titles(asked: Asked) -> dict[str, str]:
    return {name: batch.title for name, batch in asked.house.coupons.items()}


COMMAND = Command("券", "coupon", Level.READ, "read", run, ("优惠券",))
