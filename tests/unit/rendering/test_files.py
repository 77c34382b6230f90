"""What is asked of every message file, and how each mistake is told."""

from __future__ import annotations

import pytest

from tests.unit.rendering.conftest import Loader, message

MARKETING = "purpose: marketing\n"
COMMON = "送你{{ coupon.title }}\n回复 TD 退订"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("好", "front matter"),
        (b"---\ntitle: \xff\n---\nx", "not UTF-8"),
        ("---\ntitle: [\n---\nx", "not YAML"),
        ("---\n- a\n---\nx", "keys with values"),
        ("---\ntitle: !!python/object/apply:os.system [id]\n---\nx", "not YAML"),
        ("---\ntitle: &a x\nurl: *a\n---\nx", "no aliases"),
        ("---\ntitle: x\nsample: " + "[" * 1500 + "]" * 1500 + "\n---\nx", "not YAML"),
        ("---\ntype: text\n---\nx", '"title" is missing'),
        ("---\ntitle: 1\n---\nx", '"title" must be text'),
        ("---\ntitle: x\ncolour: red\n---\nx", 'no key "colour"'),
        ("---\ntitle: x\ntype: poem\n---\nx", 'no type "poem"'),
        ("---\ntitle: x\npurpose: fun\n---\nx", 'no purpose "fun"'),
        ("---\ntitle: x\nfields: {a: 1}\n---\nx", "must be text in quotes"),
        ("---\ntitle: x\ntype: news\n---\nx", 'news needs the field "title"'),
        ("---\ntitle: x\nfields: {a: b}\n---\nx", 'text has no field "a"'),
        ("---\ntitle: x\n---\n", "the message is empty"),
        ("---\ntitle: x\ntype: mass\n---\nx", "the plain variant is of type"),
        ("---\ntitle: x\nsample: {member: 5, event: 5}\n---\n{{ event.a }}", "fails with its own sample"),
        ("---\ntitle: x\n---\n{{ membr.name }}", 'no value "membr"; did you mean "member"?'),
        ("---\ntitle: x\n---\n{{ member.nam or '' }}", 'no value "member.nam"; did you mean "member.name"?'),
        ("---\ntitle: x\n---\n{{ member.name|upper }}", 'no filter "upper"'),
        ("---\ntitle: x\n---\n{{ member.name }}", 'shows "None"'),
        ("---\ntitle: x\n---\n{{ '母' in member.name }}", "of whom nothing is known"),
        ("---\ntitle: x\n---\n{{ link('shpo') }}", 'no link "shpo"'),
        ("---\ntitle: x\npurpose: marketing\n---\n快来买", "the way to refuse"),
        (
            "---\ntitle: x\npurpose: marketing\n---\n买{% if member.name %}TD{% else %}退订{% endif %}",
            "outside any if",
        ),
        ("---\ntitle: x\n---\n" + "字" * 700, "bytes of text"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_under_its_path(
    load: Loader, source: str | bytes, said: str
) -> None:
    renderer = load(x=source)
    assert [problem.path for problem in renderer.problems] == ["messages/x.j2"] * len(renderer.problems)
    assert said in "\n".join(problem.message for problem in renderer.problems)
    assert renderer.families() == {}


@pytest.mark.parametrize(
    ("name", "head", "said"),
    [
        ("x__mass", "type: mass\n", "member.name differs from member to member"),
        ("x__generic", "", "coupon.code differs from member to member"),
        ("x__sms", "", 'no variant "sms"'),
        ("x__template", "", "the template variant is of type template_message"),
        (
            "x__template",
            "type: template_message\nfields: {thing1: x}\npurpose: marketing\n",
            "no marketing in template messages",
        ),
        (
            "x__subscription",
            "type: subscription_notice\nfields: {thing1: " + "长" * 21 + "}\n",
            "takes 20 characters",
        ),
        ("x__subscription", "type: subscription_notice\n", "needs fields"),
    ],
)
def test_what_is_wrong_with_a_variant_is_told(load: Loader, name: str, head: str, said: str) -> None:
    body = "" if "fields" in head else "{{ member.name or '' }}{{ coupon.code }}"
    renderer = load(**{name: message(body, head=head)})
    assert said in "\n".join(problem.message for problem in renderer.problems)


def test_one_family_has_one_purpose(load: Loader) -> None:
    renderer = load(x=message("好"), x__generic=message(COMMON, head=MARKETING))
    assert [problem.message for problem in renderer.problems] == [
        "the variants of one family have one purpose"
    ]
