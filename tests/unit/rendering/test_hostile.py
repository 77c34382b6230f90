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

REFUSED = [
    # reaching Python
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ member.__class__ }}",
    "{{ member['__class__'] }}",
    "{{ member.name.__class__ }}",
    "{{ member.name.format('x') }}",
    "{{ '{0.__class__}'.format(member) }}",
    "{{ member.name|attr('__class__') }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ lipsum.__globals__ }}",
    "{{ self.__init__.__globals__ }}",
    "{{ self._TemplateReference__context }}",
    "{{ namespace(x=1) }}",
    "{{ dict(a=1) }}",
    "{{ joiner() }}",
    "{{ get_flashed_messages() }}",
    "{{ config.items() }}",
    "{{ member.delete() }}",
    "{{ member.tags.append('x') }}",
    "{{ coupon.code() }}",
    "{{ link }}",
    "{{ link('shop', 1) }}",
    "{{ link(member.name) }}",
    "{{ link.__globals__ }}",
    "{{ links }}",
    "{{ links['shop'] }}",
    "{{ event }}",
    "{{ member }}",
    "{{ event._secret }}",
    "{{ event['_secret'] }}",
    "{{ event[member.name] }}",
    "{{ event.a.b }}",
    "{{ event.a['b'] }}",
    "{{ coupons[0].code }}",
    "{{ app.secret }}",
    "{{ member.openid }}",
    "{{ loop.index }}",
    "{{ caller() }}",
    "{{ super() }}",
    # bringing in other files
    "{% include 'messages/x.j2' %}",
    "{% import 'x.j2' as x %}",
    "{% from 'x.j2' import y %}",
    "{% extends 'x.j2' %}",
    "{% block a %}{% endblock %}",
    # defining and changing
    "{% set x = 1 %}{{ x }}",
    "{% set member = 1 %}",
    "{% set ns.x = 1 %}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% call m() %}{% endcall %}",
    "{% with x = 1 %}{{ x }}{% endwith %}",
    "{% filter upper %}x{% endfilter %}",
    "{% do member.update({}) %}",
    "{% autoescape false %}{% endautoescape %}",
    "{% trans %}x{% endtrans %}",
    "{% debug %}",
    # exhausting
    "{{ 'a' * 10**9 }}",
    "{{ 10 ** 10 ** 10 }}",
    "{{ '%1000000000d' % 1 }}",
    "{{ '{:>1000000000}'.format(1) }}",
    "{{ 'a'|center(10**9) }}",
    "{{ member.name|replace('', 'aaaaaaaaaaaa')|replace('a', 'aaaaaaaaaaaa') }}",
    "{{ member.name|indent(1000000) }}",
    "{{ member.name|string|list }}",
    "{{ [1, 2]|map('string')|list }}",
    "{{ member.tags|join('x') }}",
    "{{ range(10**9)|list }}",
    "{% for x in range(10**8) %}x{% endfor %}",
    "{% for x in [1, 2, 3] %}{{ x }}{% endfor %}",
    "{% for x in 'aaaa' %}{{ x }}{% endfor %}",
    "{% for c in event.items %}{{ c }}{% endfor %}",
    "{% for a in coupons %}{% for b in coupons %}x{% endfor %}{% endfor %}",
    "{% for a in coupons recursive %}{{ loop(coupons) }}{% endfor %}",
    "{% for a in coupons if a.code %}x{% endfor %}",
    "{% for a, b in coupons %}x{% endfor %}",
    "{% for member in coupons %}x{% endfor %}",
    "{% for a in coupons %}{{ a }}{% endfor %}",
    "{% for a in coupons %}{{ a.nothing }}{% endfor %}",
    "{% for a in coupons %}{% endfor %}{{ a.code }}",
    "{{ coupons }}",
    "{{ member.tags }}",
    "{{ -member.points }}",
    "{{ member.points + 1 }}",
    "{{ member.name[0:1] }}",
    "{{ {'a': 1} }}",
    "{{ coupon.amount_off|money(1, 2) }}",
    "{{ coupon.amount_off|money(x=1) }}",
    "{{ coupon.amount_off|default(*[1]) }}",
    "{{ member.points is divisibleby 3 }}",
    "{{ member.name is filter }}",
    "{{ " + "(" * 1500 + "1" + ")" * 1500 + " }}",
    "{{ " + "not " * 900 + "1 }}",
    "{% if 1 %}" * 150 + "x" + "{% endif %}" * 150,
    "{{ " + " or ".join(["member.name"] * 200) + " }}",
    "{{ " + "|".join(["member.name"] + ["d"] * 500) + " }}",
    "x" * 5000,
    # not Jinja
    "{{ member.name",
    "{% if %}",
    "{{ }}",
    "{% for %}",
]

HARMLESS = {
    "{% raw %}{{ 7 * 7 }}{% endraw %}": "{{ 7 * 7 }}",
    "{# {{ 7 * 7 }} #}好": "好",
    "{{ '{{ 7 }}' }}": "{{ 7 }}",
    "{{ 'a' ~ 'b' }}": "ab",
    "{{ link('shop') }}": "https://x.cn/s",
    "{{ event.nothing|default('无') }}": "无",
    "{{ '母婴' in member.tags }}": "True",
}


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
