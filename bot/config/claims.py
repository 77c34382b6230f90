"""The keywords that messages promise: a member who writes one gets the coupon."""

from collections.abc import Collection, Mapping

from bot.config.draft import Draft
from bot.config.problems import Problems
from bot.config.sends import Gift
from bot.config.values import duration
from bot.domain.handling import ClaimOffer
from bot.domain.lifecycle.rule import Rule
from bot.domain.words import plain


def check_claims(found: Collection[Gift], draft: Draft, problems: Problems) -> None:
    """Refuse a claim keyword that means something else already, and one that nobody could honour."""
    taken = {plain(word): f"keyword_answers.{word}" for word in draft.keyword_answers}
    for purpose, rule in draft.consent.items():
        for word in (*rule.grant_keywords, *rule.withdraw_keywords):
            taken[plain(word)] = f"consent.{purpose}"
    for gift in found:
        keyword = gift.claim("keyword")
        if not keyword:
            continue
        path = f"{gift.path}.claim"
        if gift.program == "campaigns":
            problems.error(path, "only a rule can promise a coupon by keyword, since it knows whom it asked")
        if plain(keyword) in taken:
            problems.error(f"{path}.keyword", f'"{keyword}" already means {taken[plain(keyword)]}')
        taken.setdefault(plain(keyword), f"{path}.keyword")
        try:
            duration(gift.claim("lasts"))
        except ValueError as error:
            problems.error(f"{path}.lasts", str(error))


def claim_offers(found: Collection[Gift], rules: Mapping[str, Rule]) -> tuple[ClaimOffer, ...]:
    """Return what each claim keyword brings; call it when there are no problems."""
    offers = []
    for gift in found:
        keyword = gift.claim("keyword")
        if not keyword or gift.owner not in rules:
            continue
        steps = rules[gift.owner].program.steps
        step = next((each.id for each in steps.values() if keyword in each.action.claims), "")
        lasts = duration(gift.claim("lasts"))
        offers.append(ClaimOffer(keyword, gift.text("coupon"), gift.text("basis"), gift.owner, step, lasts))
    return tuple(offers)
