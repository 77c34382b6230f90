"""What is said of experiments and control groups; the command line says the same."""

from collections.abc import Iterator

from bot.domain.commanding.saying import Said, lines, say
from bot.domain.experiments.intervals import Interval
from bot.domain.experiments.reading import ArmCount, Reading, Verdict, Versus
from bot.domain.experiments.trials import Told


def worded(found: Told) -> Said:
    """Return the whole reading of one rule."""
    parts = []
    if found.arms is not None:
        parts += [say("trial_head", rule=found.rule, step=found.step), *_reading(found.arms)]
    if found.control is not None:
        parts += [say("control_head", rule=found.rule), *_reading(found.control)]
    return lines(parts)


def _reading(found: Reading) -> Iterator[Said]:
    for arm, share in found.arms:
        yield _arm(arm, share)
    for pair in found.pairs:
        yield _pair(pair)
    if found.verdict is Verdict.WINNER:
        yield say("trial_winner", arm=_name(found.winner))
    else:
        yield say(f"trial_{found.verdict}", needs=f"{found.needs:,}")


def _arm(arm: ArmCount, share: Interval) -> Said:
    return say(
        "trial_arm",
        arm=_name(arm.name),
        assigned=arm.assigned,
        matured=arm.matured,
        reached=arm.reached,
        share=percent(share.estimate),
        low=percent(share.low),
        high=percent(share.high),
        each=money(arm.spread.mean),
    )


def _pair(pair: Versus) -> Said:
    known = pair.amount.low > float("-inf")
    return say(
        "trial_pair",
        better=_name(pair.better),
        base=_name(pair.base),
        share=points(pair.share.estimate),
        low=points(pair.share.low),
        high=points(pair.share.high),
        amount=say("trial_amount", each=money(pair.amount.estimate), low=money(pair.amount.low),
                   high=money(pair.amount.high)) if known else Said(),
        p=f"{pair.p:.3f}",
    )  # fmt: skip


def _name(arm: str) -> Said:
    return say(f"arm_{arm}") if arm in {"treated", "held_out"} else Said(plain=arm)


def percent(share: float) -> str:
    """Return a share as people read it."""
    return f"{share * 100:.1f}%"


def points(share: float) -> str:
    """Return a difference of shares in points of a hundred, with its sign."""
    return f"{share * 100:+.1f}%"


def money(minor: float) -> str:
    """Return an amount of minor units in yuan."""
    return f"{minor / 100:.2f}"
