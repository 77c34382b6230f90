"""Templates that try to reach, break or exhaust something: refused when saved, or harmless."""

from __future__ import annotations

import time
import tracemalloc

import jinja2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.domain.content import Text
from bot.domain.errors import Undeliverable
from bot.rendering.environment import MessageEnvironment
from bot.rendering.front_matter import Head, Unusable
from bot.rendering.message import LARGEST_TEXT, compiled
from tests.unit.rendering.conftest import VALUES, Loader, message
from tests.unit.rendering.payloads import HARMLESS, REFUSED


@pytest.mark.parametrize("body", REFUSED)
def test_a_hostile_template_is_refused_when_loaded(load: Loader, body: str) -> None:
    renderer = load(x=message(body))
    assert renderer.problems
    assert renderer.families() == {}
    with pytest.raises(Undeliverable) as refused:
        renderer.render("x", "reply", VALUES)
    assert refused.value.reason == "no_variant"


@pytest.mark.parametrize(("body", "shown"), HARMLESS.items())
def test_what_is_harmless_says_what_it_says(load: Loader, body: str, shown: str) -> None:
    renderer = load(x=message(body))
    assert renderer.problems == []
    assert renderer.render("x", "reply", VALUES) == Text(shown)


@pytest.mark.parametrize(
    "payload",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ member.name.upper() }}",
        "{% for x in range(3) %}{{ x }}{% endfor %}",
        "{{ 'ab' * 3 }}",
    ],
)
def test_without_the_list_of_what_is_allowed_plain_jinja_would_run_it(payload: str) -> None:
    """The sabotage twin: the payloads are alive, it is the list that stops them."""
    assert jinja2.Environment(autoescape=True).from_string(payload).render(VALUES)


def test_the_sandbox_underneath_still_refuses_what_the_list_would_have_stopped() -> None:
    from zoneinfo import ZoneInfo

    environment = MessageEnvironment(ZoneInfo("Asia/Shanghai"))
    assert isinstance(environment, ImmutableSandboxedEnvironment)
    for payload in ("{{ member.name.__class__ }}", "{{ member.name.upper() }}", "{{ member.__class__ }}"):
        with pytest.raises(jinja2.exceptions.TemplateError):
            environment.from_string(payload).render(VALUES)


def test_values_are_never_read_as_a_template(load: Loader) -> None:
    renderer = load(x=message("{{ member.name or '朋友' }}"))
    values = {**VALUES, "member": {**VALUES["member"], "name": "{{ 7 * 7 }}{% for"}}
    assert renderer.render("x", "reply", values) == Text("{{ 7 * 7 }}{% for")


def test_text_over_two_kilobytes_is_not_sent(load: Loader) -> None:
    renderer = load(x=message("{{ event.text }}"))
    fits = {**VALUES, "event": {"text": "字" * 682}}
    assert isinstance(renderer.render("x", "reply", fits), Text)
    with pytest.raises(Undeliverable) as refused:
        renderer.render("x", "reply", {**VALUES, "event": {"text": "字" * 683}})
    assert refused.value.reason == "unrenderable"


def test_an_endless_list_is_cut(load: Loader) -> None:
    renderer = load(x=message("{% for tag in member.tags %}{{ tag }} {% endfor %}"))
    values = {**VALUES, "member": {**VALUES["member"], "tags": tuple(str(n) for n in range(10**5))}}
    shown = renderer.render("x", "reply", values)
    assert isinstance(shown, Text)
    assert len(shown.text.split()) == 20


PIECES = st.sampled_from((
    "{{ member.name or '朋友' }}", "{{ coupon.code }}", "{{ coupon.expires_at|day }}",
    "{{ event.text|d('x') }}", "{% if member.points >= 3 %}", "{% elif coupon.title %}",
    "{% else %}", "{% endif %}", "{% endfor %}",
    "{% for c in coupons %}", "{{ c.title }}", "{% for t in member.tags %}", "{{ t }}", "{{ 'a' * 9999999 }}",
    "{{ 'a' ~ event.text ~ event.text }}", "{{ member.name|mask }}", "{{ coupons|length }}", "好", "{# x #}",
    "{{ [1,2] }}", "{% set x = 'aa' %}", "{{ x ~ x }}", "{{ 1 if member.name else 2 }}", "{{ link('shop') }}",
))  # fmt: skip


@settings(max_examples=300)
@given(st.lists(PIECES, min_size=1, max_size=60).map("".join))
def test_whatever_is_accepted_renders_at_once_and_small(body: str) -> None:
    from zoneinfo import ZoneInfo

    try:
        made = compiled(MessageEnvironment(ZoneInfo("Asia/Shanghai")), "x", "", Head("x"), body)
    except Unusable:
        return
    long = {"text": "长" * 5000}
    coupons = [VALUES["coupon"]] * 1000
    values = {**VALUES, "event": long, "coupons": coupons, "app": {}, "links": {"shop": "https://x.cn"}}
    spent = []
    tracemalloc.start()
    for _ in range(3):
        began = time.thread_time()
        try:
            content = made.content(values)
            assert isinstance(content, Text)
            assert len(content.text.encode()) <= LARGEST_TEXT
        except (jinja2.TemplateError, ValueError, TypeError):
            pass
        spent.append(time.thread_time() - began)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert min(spent) < 0.005
    assert peak < 3 * 1024 * 1024
