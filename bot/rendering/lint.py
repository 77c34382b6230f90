"""What is asked of every message before it may be sent: its own sample, and what the law asks."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from jinja2 import TemplateError, nodes

from bot.domain.content import News, Notice, Text
from bot.rendering.environment import MessageEnvironment
from bot.rendering.front_matter import NOTICES
from bot.rendering.inducement import induced
from bot.rendering.message import FIELD_LIMITS, Message, shown
from bot.rendering.scope import LISTS, uses_personal

FAILURES = (TemplateError, TypeError, ValueError, LookupError, AttributeError, ArithmeticError)
EXPECTED = {"mass": ("mass", "text", "news", "image"), "subscription": ("subscription_notice",),
            "template": ("template_message",), "generic": ("text", "news", "image", "miniprogram"),
            "": ("text", "news", "image", "miniprogram")}  # fmt: skip
_SAMPLE: Mapping[str, dict[str, Any]] = {
    "member": {
        "number": "m1", "name": "小明", "stage": "new", "tags": ("母婴",), "level": "银", "points": 120,
        "birthday": "12-01", "source": "杭州门店",
    },
    "rule": {"name": "welcome_series"},
    "event": {},
    "coupon": {},
}  # fmt: skip
# Lists that are values of their own; any of them may be empty.
OWN_LISTS = tuple(name for name in LISTS if "." not in name)
UNKNOWN = ("name", "stage", "level", "birthday", "source")
MOMENT = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)


def sample_values(message: Message) -> dict[str, Any]:
    """Return the values of the message's own sample over those every member has.

    A part of the sample that is no mapping is passed over, so that what needs it fails by name.
    """
    sample = message.head.sample
    given = {key: sample[key] for key in _SAMPLE if isinstance(sample.get(key), dict)}
    merged = {key: {**base, **given.get(key, {})} for key, base in _SAMPLE.items()}
    return {**merged, **{name: sample.get(name, []) for name in OWN_LISTS}}


def wrong_with(
    message: Message,
    surroundings: Mapping[str, Any],
    refuse_words: Sequence[str],
    environment: MessageEnvironment,
) -> Iterator[str]:
    """Yield every reason why the message may not be sent."""
    yield from _wrong_kind(message)
    unknown = [name.partition(".")[2] for name in sorted(message.uses) if name.startswith("links.")]
    yield from (f'no link "{name}"' for name in unknown if name not in surroundings["links"])
    yield from _wrong_sample(message, surroundings)
    yield from induced(_written(message))
    if message.head.purpose == "marketing" and message.head.type not in {*NOTICES, "image", "miniprogram"}:
        yield from _wrong_refusal(message, refuse_words, environment)


def _wrong_kind(message: Message) -> Iterator[str]:
    head, variant = message.head, message.variant
    if head.type not in EXPECTED[variant]:
        which = f"the {variant} variant" if variant else "the plain variant"
        yield f"{which} is of type {' or '.join(EXPECTED[variant])}, not {head.type}"
    if head.type == "template_message" and head.purpose == "marketing":
        yield "the platform allows no marketing in template messages"
    if variant in {"mass", "generic"}:
        for name in uses_personal(message.uses):
            yield f"{name} differs from member to member; this variant is the same for everybody"


def _wrong_sample(message: Message, surroundings: Mapping[str, Any]) -> Iterator[str]:
    values = {**sample_values(message), **surroundings}
    strangers = {**values["member"], **dict.fromkeys(UNKNOWN)}
    for case, tried in (
        ("its own sample", values),
        (
            "a member of whom nothing is known",
            {**values, "member": strangers, **{name: [] for name in OWN_LISTS}},
        ),
    ):
        try:
            texts = list(_texts(message.content(tried)))
        except FAILURES as error:
            yield f"fails with {case}: {error}"
            return
        if any("None" in text for text in texts):
            yield f"shows \"None\" with {case}; write {{{{ member.name or '朋友' }}}}"
    for name, part in message.parts.items():
        limit = FIELD_LIMITS.get(name.rstrip("0123456789"))
        length = len(shown(part, values))
        if message.head.type in NOTICES and limit and length > limit:
            yield f"{name} takes {limit} characters; its sample has {length}"


def _texts(content: object) -> Iterator[str]:
    if isinstance(content, Text):
        yield content.text
    elif isinstance(content, News):
        yield from (text for card in content.articles for text in (card.title, card.description))
    elif isinstance(content, Notice):
        yield from content.fields.values()


def _written(message: Message) -> str:
    """Return everything somebody wrote into the message, whatever branch it stands in."""
    return "\n".join((message.source, *(str(field) for field in message.head.fields.values())))


def _wrong_refusal(message: Message, words: Sequence[str], environment: MessageEnvironment) -> Iterator[str]:
    """The way to refuse must stand outside every choice, so that no branch drops it."""
    sources = (message.source, message.head.fields.get("description", ""))
    fixed = "".join(_fixed(environment.parse(source).body for source in sources if source))
    if not any(word in fixed for word in words):
        yield f"a marketing text carries the way to refuse, outside any if: 回复 {words[0]} 退订"


def _fixed(bodies: Iterable[Sequence[nodes.Node]]) -> Iterator[str]:
    for body in bodies:
        for output in body:
            if isinstance(output, nodes.Output):
                yield from (node.data for node in output.nodes if isinstance(node, nodes.TemplateData))
