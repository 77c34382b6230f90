"""Every message that the file names must exist, in a variant for every route that may carry it."""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from bot.config.activities import terms_of
from bot.config.draft import Draft
from bot.config.parts import Messages, Parts
from bot.config.problems import Problems
from bot.config.sends import Gift
from bot.domain.delivery.policy import MARKETING

DIRECT = "customer_service"
FOLDER = "messages/"


def read_messages(draft: Draft, parts: Parts, paths: Sequence[Path], problems: Problems) -> Messages | None:
    """Return every message on the search path, None when nobody here can read them."""
    if parts.messages is None:
        return None
    for index, folder in enumerate(paths):
        if not folder.is_dir():
            problems.error(f"templates.path[{index}]", f'no folder "{folder}"')
    app, marketing = draft.app, draft.consent.get(MARKETING)
    surroundings: dict[str, object] = {}
    if app is not None:
        surroundings = {"name": app.name, "contact": app.contact, "timezone": app.timezone.key}
    if marketing is not None and marketing.withdraw_keywords:
        surroundings["refuse_words"] = tuple(marketing.withdraw_keywords)
    surroundings["links"] = dict.fromkeys(draft.content, "https://")
    messages = parts.messages(paths, surroundings)
    for fault in messages.problems:
        problems.error(f"templates.{fault.path}", fault.message)
    return messages


def names_of(messages: Messages) -> tuple[str, ...]:
    """Return the families there are, those of wrong files too: each is one mistake, and not two."""
    wrong = (fault.path.removeprefix(FOLDER).partition(".")[0] for fault in messages.problems)
    return tuple(dict.fromkeys((*messages.families(), *wrong)))


def check_messages(draft: Draft, found: Collection[Gift], messages: Messages, problems: Problems) -> None:
    """Note every message that is missing, or missing for one of its routes, or of another purpose."""
    families, written = messages.families(), names_of(messages)
    for path, name in _named(draft):
        if name not in written:
            problems.missing(path, "template", name, written)
    for gift in found:
        name = gift.text("template")
        if name in families:
            _check_purpose(gift, messages, problems)
            _check_variants(gift, draft, messages, problems)
        elif name and name not in written:
            problems.missing(f"{gift.path}.template", "template", name, written)


def _check_purpose(gift: Gift, messages: Messages, problems: Problems) -> None:
    """Refuse marketing with words that do not say how to refuse it (广告法 art. 43)."""
    name = gift.text("template")
    purpose = messages.purpose(name)
    if gift.purpose == MARKETING and purpose != MARKETING:
        problems.error(
            f"{gift.path}.template",
            f"{name} is written for {purpose} and sent as marketing; "
            "write purpose: marketing in it and say how to refuse",
        )
    if gift.purpose != MARKETING and purpose == MARKETING:
        problems.error(f"{gift.path}.template", f"{name} is marketing; write purpose: marketing here")


def _check_variants(gift: Gift, draft: Draft, messages: Messages, problems: Problems) -> None:
    """Note a family without a member for one of the routes, or for those who refuse personalisation."""
    name = gift.text("template")
    methods = {path: draft.routes[route].method or route for path, route in gift.via if route in draft.routes}
    for path, method in methods.items():
        missing = messages.lacks(name, method)
        if missing is not None:
            problems.error(path, f"{method} needs the message {missing}")
    personalised = draft.consent.get("personalised")
    if gift.purpose != MARKETING or personalised is None or personalised.fallback is None:
        return
    if DIRECT in methods.values() and (missing := messages.lacks(name, DIRECT, personalised=False)):
        problems.warning(
            f"{gift.path}.template", f"who refuses personalisation gets nothing, since there is no {missing}"
        )


def _named(draft: Draft) -> Iterator[tuple[str, str]]:
    """Yield (path, name) of every message named outside of rules and campaigns."""
    for purpose, rule in draft.consent.items():
        if rule.notice:
            yield f"consent.{purpose}.notice", rule.notice
    for word, name in draft.keyword_answers.items():
        yield f"keyword_answers.{word}", name
    yield from terms_of(draft)
    if draft.groups is not None and draft.groups.welcome != "none":
        yield "groups.welcome", draft.groups.welcome
