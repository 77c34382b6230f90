"""Every message that the file names must exist, in a variant for every route that may carry it."""

from collections.abc import Collection, Iterator, Mapping

from bot.config.draft import Draft
from bot.config.parts import Families, MessageVariant
from bot.config.problems import Problems
from bot.config.sends import Gift
from bot.domain.delivery.policy import MARKETING

# Which variants of a family serve a kind of route; the first is the one to write.
VARIANTS = {
    "mass": ("mass", "generic"),
    "subscription_notice": ("subscription",),
    "template_message": ("template",),
}
PLAIN = ("text",)


def check_messages(draft: Draft, found: Collection[Gift], families: Families, problems: Problems) -> None:
    """Note every message that is missing, or missing for one of its routes, or of another purpose."""
    for path, name in _named(draft):
        if name not in families:
            problems.missing(path, "template", name, families)
    for gift in found:
        name = gift.text("template")
        if not name:
            continue
        if name not in families:
            problems.missing(f"{gift.path}.template", "template", name, families)
            continue
        _check_purpose(gift, families[name], problems)
        for path, route in gift.via:
            if route in draft.routes:
                method = draft.routes[route].method or route
                _check_variant(path, name, method, families[name], problems)


def _check_purpose(gift: Gift, family: Mapping[str, MessageVariant], problems: Problems) -> None:
    """Refuse marketing with words that do not say how to refuse it (广告法 art. 43)."""
    if gift.purpose != MARKETING:
        return
    name = gift.text("template")
    for variant, message in family.items():
        if message.purpose != MARKETING:
            problems.error(
                f"{gift.path}.template",
                f"{name} ({variant}) is written for {message.purpose} and sent as marketing; "
                "write purpose: marketing in it and say how to refuse",
            )


def _check_variant(
    path: str, name: str, method: str, family: Mapping[str, MessageVariant], problems: Problems
) -> None:
    """Note a family without a member for this kind of route."""
    wanted = VARIANTS.get(method, PLAIN)
    if not any(variant in family for variant in wanted):
        file = f"{name}.j2" if wanted == PLAIN else f"{name}.{wanted[0]}.j2"
        problems.error(path, f"no message {file} for {method}")


def _named(draft: Draft) -> Iterator[tuple[str, str]]:
    """Yield (path, name) of every message named outside of sends."""
    for purpose, rule in draft.consent.items():
        if rule.notice:
            yield f"consent.{purpose}.notice", rule.notice
    for word, name in draft.keyword_answers.items():
        yield f"keyword_answers.{word}", name
