"""The quick reading of flat documents says exactly what the parser says, or leaves it to the parser."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels._wechat.xml import BadXml, Tree, clean, flat, parsed, read
from tests.payloads.correspondent import cases, recorded, text_xml
from tests.payloads.mutations import mutated

NAMES = st.sampled_from(["a", "Content", "_x1", "List", "item", "1a", "é", "a-b", "xml"])
VALUES = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=12),
    st.sampled_from(
        ["]]>", "<![CDATA[", "a]]>b", "&amp;", "&a;", "\r\n", "<b/>", "]]", ">", "\ufffe", " \u3000"]
    ),
)
ELEMENTS = st.tuples(NAMES, VALUES, st.booleans(), st.sampled_from(["", " ", "\n", "\u3000", "x"])).map(
    lambda one: f"{one[3]}<{one[0]}>{f'<![CDATA[{one[1]}]]>' if one[2] else one[1]}</{one[0]}>"
)


def by_parser(document: bytes) -> Tree | None:
    try:
        return parsed(document)
    except BadXml:
        return None


def agree(document: bytes) -> bool:
    cleaned = clean(document)
    quick = flat(cleaned)
    return not quick or quick == by_parser(cleaned)


@given(st.lists(ELEMENTS, max_size=5), st.sampled_from(["</xml>", "</xml>\n", "</xml>x", "", "</xml><a/>"]))
@settings(max_examples=1000)
def test_whatever_is_read_quickly_is_what_the_parser_reads(elements: list[str], end: str) -> None:
    assert agree(f"<xml>{''.join(elements)}{end}".encode())


def test_recorded_callbacks_bent_a_thousand_ways_read_the_same() -> None:
    chance = random.Random(3)
    for case in cases():
        assert agree(recorded(case))
        for _ in range(200):
            bent = mutated(recorded(case), chance)
            assert agree(bent), bent


def test_the_usual_message_is_read_quickly() -> None:
    assert flat(text_xml("你好\n <b>")) == parsed(text_xml("你好\n <b>"))
    assert flat(recorded("subscribe_by_code")) is not None
    assert flat(recorded("mass_receipt")) is None
    assert read(recorded("mass_receipt"))["Status"] == "send success"
