"""What the law and the platform forbid a rule or campaign to do, said before it can do it.

个人信息保护法 art. 24: no unreasonable difference in price by automated decision. 广告法 art. 43: an
advertisement sent to somebody names its sender and the way to refuse.
"""

from collections.abc import Collection, Iterable, Mapping

from bot.config.draft import Draft
from bot.config.problems import Problems
from bot.config.sends import Gift
from bot.domain.conditions import AttributeIs, Condition
from bot.domain.delivery.policy import MARKETING
from bot.domain.explanation import clauses, facts_of

TOP_PRIZE = 50_000 * 100  # 分
CHILDHOOD = 14  # years


def check_gifts(found: Collection[Gift], draft: Draft, problems: Problems) -> None:
    """Note every message and coupon that may not leave as it is written."""
    if any(gift.purpose == MARKETING for gift in found) and MARKETING not in draft.consent:
        problems.error("consent.marketing", "this is required, since rules send marketing")
    for gift in found:
        if gift.purpose not in {"service", MARKETING}:
            problems.error(f"{gift.path}.purpose", "must be service or marketing")
        _check_coupon(gift, draft, problems)
        for path, name in gift.via:
            _check_route(path, name, gift, draft, problems)
        if [name for _, name in gift.via] == ["reply"] and not gift.heard:
            problems.error(f"{gift.path}.via", "nobody is there to reply to: no act of the member leads here")


def _check_coupon(gift: Gift, draft: Draft, problems: Problems) -> None:
    """Note a coupon that is not there, or whose ground is not published."""
    name, basis = gift.text("coupon"), gift.text("basis")
    if not name:
        return
    if name not in draft.written["coupons"]:
        problems.missing(f"{gift.path}.coupon", "coupon", name, draft.written["coupons"])
    grounds = draft.fairness.basis if draft.fairness else []
    if not basis:
        problems.error(f"{gift.path}.basis", "a coupon needs its published ground, one of fairness.basis")
    elif basis not in grounds:
        problems.missing(f"{gift.path}.basis", "ground in fairness.basis", basis, grounds)


def _check_route(path: str, name: str, gift: Gift, draft: Draft, problems: Problems) -> None:
    """Note a route that is not there or cannot carry this message."""
    route = draft.routes.get(name)
    if name not in draft.written["routes"]:
        problems.missing(path, "route", name, draft.written["routes"])
    if route is None:
        return
    account = draft.accounts.get(route.account)
    if account is not None and not account.enabled:
        problems.error(path, f"{name} goes through the account {route.account}, which is not enabled")
    built = route.built(name)
    if not built.serves(gift.purpose):
        problems.error(path, f"{name} does not carry {gift.purpose}")
    if gift.text("coupon") and not built.personal and "claim" not in gift.keys:
        problems.error(
            path,
            f"{name} is the same for everybody and carries no code; add claim: {{keyword: …, lasts: 3d}}",
        )
    _check_platform_template(path, built.method, route.account, gift, draft, problems)


def _check_platform_template(
    path: str, method: str, account: str, gift: Gift, draft: Draft, problems: Problems
) -> None:
    """Note a notice without the platform's template, or with one its account does not have."""
    kept = {"subscription_notice": "subscription_templates", "template_message": "message_templates"}
    owner = draft.ready_accounts.get(account)
    if method not in kept or owner is None:
        return
    known: Mapping[str, str] = getattr(owner, kept[method])
    name = gift.text("platform_template")
    if not name:
        problems.error(path, f"{method} needs platform_template, one of accounts.{account}.{kept[method]}")
    elif name not in known:
        problems.missing(f"{gift.path}.platform_template", "platform template", name, known)


def check_fairness(
    path: str, conditions: Iterable[Condition], forbidden: Iterable[str], problems: Problems
) -> None:
    """Refuse a coupon that depends on a forbidden fact; `path` says where the conditions stand."""
    for fact in sorted(facts_of(conditions) & frozenset(forbidden)):
        problems.error(
            path,
            f"a coupon must not depend on {fact} (大数据杀熟, 个人信息保护法 art. 24); "
            "drop the coupon or the condition",
        )


def check_prizes(path: str, prizes: Iterable[str], draft: Draft, problems: Problems) -> None:
    """Refuse a lottery whose top prize is worth more than the law allows; `path` is that of its prizes."""
    for prize in prizes:
        batch = draft.coupons.get(prize.removeprefix("coupon.")) if prize.startswith("coupon.") else None
        if batch is not None and max(batch.amount_off or 0, batch.max_off) > TOP_PRIZE:
            problems.error(
                f"{path}.{prize}",
                "a prize is worth 50,000 yuan at most (反不正当竞争法; 规范促销行为暂行规定 art. 17); "
                "give a smaller one",
            )


def check_children(path: str, conditions: Iterable[Condition], problems: Problems) -> None:
    """Refuse marketing that picks out children: it would need the consent of each one's guardian."""
    if any(_names_children(leaf) for condition in conditions for leaf in clauses(condition)):
        problems.error(
            path,
            "marketing must not pick out children under 14 without their guardian's consent "
            "(个人信息保护法 art. 31); speak to the parent instead",
        )


def _names_children(leaf: Condition) -> bool:
    if not isinstance(leaf, AttributeIs) or leaf.name != "age" or leaf.operator not in {"<", "<=", "=="}:
        return False
    return isinstance(leaf.value, int | float) and leaf.value <= CHILDHOOD
