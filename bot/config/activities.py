"""What activities and points refer to, and what no two of them may share."""

from collections.abc import Iterator

from bot.config.draft import Draft
from bot.config.kinds import check_event
from bot.config.law import check_prizes
from bot.config.problems import Problems
from bot.config.sections.activities import ActivitiesSection

PATH = "activities"


def check_activities(draft: Draft, problems: Problems) -> None:
    """Note every name in activities and points that leads nowhere, and names of two activities."""
    if draft.points is not None:
        for name, one in draft.points.exchange.items():
            _check_coupon(f"points.exchange.{name}.coupon", one.coupon, draft, problems)
    found = draft.activities
    if found is None:
        return
    _check_names(found, problems)
    _check_lotteries(found, draft, problems)
    _check_sales(found, draft, problems)
    _check_surveys(found, draft, problems)


def _check_sales(found: ActivitiesSection, draft: Draft, problems: Problems) -> None:
    for name, sale in found.flash_sale.items():
        _check_coupon(f"{PATH}.flash_sale.{name}.coupon", sale.coupon, draft, problems)
    for name, group in found.group_buy.items():
        _check_coupon(f"{PATH}.group_buy.{name}.coupon", group.coupon, draft, problems)
        if group.requires:
            check_event(f"{PATH}.group_buy.{name}.requires", group.requires, problems)


def _check_surveys(found: ActivitiesSection, draft: Draft, problems: Problems) -> None:
    for name, survey in found.survey.items():
        for index, kind in enumerate(survey.after):
            check_event(f"{PATH}.survey.{name}.after[{index}]", kind, problems)
        if survey.queue not in draft.written["queues"]:
            problems.missing(f"{PATH}.survey.{name}.queue", "queue", survey.queue, draft.written["queues"])


def terms_of(draft: Draft) -> Iterator[tuple[str, str]]:
    """Yield (path, name) of every message that states an activity's terms."""
    found = draft.activities
    if found is None:
        return
    for kind, one in (("check_in", found.check_in), ("lottery", found.lottery), ("referral", found.referral)):
        if one is not None and one.terms:
            yield f"{PATH}.{kind}.terms", one.terms
    for kind in ("lotteries", "flash_sale", "group_buy", "survey", "poll"):
        for name, each in getattr(found, kind).items():
            if each.terms:
                yield f"{PATH}.{kind}.{name}.terms", each.terms


def _check_names(found: ActivitiesSection, problems: Problems) -> None:
    """Refuse two activities of one name: operators and ledgers know them by it."""
    taken = {kind: kind for kind in ("check_in", "lottery", "referral") if getattr(found, kind) is not None}
    for kind in ("lotteries", "flash_sale", "group_buy", "survey", "poll"):
        for name in getattr(found, kind):
            if name in taken:
                problems.error(f"{PATH}.{kind}.{name}", f"{PATH}.{taken[name]} has this name already")
            taken.setdefault(name, f"{kind}.{name}")


def _check_lotteries(found: ActivitiesSection, draft: Draft, problems: Problems) -> None:
    for name, lottery in found.drawn.items():
        path = f"{PATH}.lottery" if lottery is found.lottery else f"{PATH}.lotteries.{name}"
        check_prizes(f"{path}.prizes", lottery.prizes, draft, problems)
        for prize in lottery.prizes:
            if prize.startswith("coupon."):
                _check_coupon(f"{path}.prizes.{prize}", prize.removeprefix("coupon."), draft, problems)


def _check_coupon(path: str, name: str, draft: Draft, problems: Problems) -> None:
    """Note a coupon that is not there."""
    coupons = draft.written["coupons"]
    if name not in coupons:
        problems.missing(path, "coupon", name, coupons)
