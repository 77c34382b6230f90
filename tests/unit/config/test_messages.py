"""Messages that sends name, with the real renderer and with folders of the operator's own."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.config import Parts, check
from bot.rendering import Renderer
from tests.unit.config.files import ENVIRON, PARTS, examined, lines, small

OWN = Path(__file__).resolve().parents[3] / "config.yaml"
WHOLE = Parts(PARTS.rule_kinds, Renderer.load)
MARKETING = (
    "---\ntitle: 问候\ntype: text\npurpose: marketing\n---\n{{ app.name }} {{ app.contact }} 回复 TD 退订\n"
)
MASS = MARKETING.replace("type: text", "type: mass")
GOOD = {
    "winback/miss_you.j2": MARKETING,
    "winback/miss_you.mass.j2": MASS,
    "winback/coupon.j2": MARKETING,
    "winback/coupon.mass.j2": MASS,
}


def problems(folder: Path, messages: Mapping[str, str], **changes: object) -> list[str]:
    """The errors of the small file with these messages."""
    for name, text in messages.items():
        file = folder / "words" / "messages" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    body = small(templates={"path": ["words"]}, **changes)
    return lines(examined(folder, body, parts=WHOLE).problems)


def test_the_project_s_own_messages_serve_every_route_of_its_file() -> None:
    assert check(OWN, ENVIRON, WHOLE) == []


def test_good_messages_have_no_problem(tmp_path: Path) -> None:
    assert problems(tmp_path, GOOD) == []


def test_a_missing_message_is_named_with_the_nearest(tmp_path: Path) -> None:
    path = "rules.winback.steps[0].send.template"
    assert problems(tmp_path, GOOD, rules__winback__steps__0__send__template="winback/mis_you") == [
        f'{path}: no template "winback/mis_you"; did you mean "winback/miss_you"?'
    ]


def test_every_route_in_via_needs_a_member_of_the_family(tmp_path: Path) -> None:
    """A mass message may not differ from member to member, so a personal text does not serve it."""
    personal = MARKETING.replace("回复", "{{ member.name or '朋友' }}，回复")
    messages = {**GOOD, "winback/miss_you.j2": personal}
    del messages["winback/miss_you.mass.j2"]
    assert problems(tmp_path, messages) == [
        "rules.winback.steps[0].send.via[0]: mass needs the message messages/winback/miss_you.mass.j2"
    ]


def test_a_message_written_for_service_is_not_sent_as_marketing(tmp_path: Path) -> None:
    service = {name: text.replace("marketing", "service") for name, text in GOOD.items()}
    found = problems(tmp_path, service)
    assert len(found) == 2
    assert "written for service and sent as marketing" in found[0]


def test_marketing_that_does_not_say_how_to_refuse_is_refused(tmp_path: Path) -> None:
    found = problems(tmp_path, {**GOOD, "winback/miss_you.mass.j2": MASS.replace("回复 TD 退订", "快来")})
    assert [line.split(": ")[0] for line in found] == ["templates.messages/winback/miss_you.mass.j2"]


def test_the_refusal_uses_a_word_that_the_file_knows(tmp_path: Path) -> None:
    found = problems(tmp_path, GOOD, consent__marketing__withdraw_keywords=["不要了"])
    assert len([line for line in found if line.startswith("templates.messages/")]) == 4


def test_a_folder_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "words").mkdir()
    found = lines(examined(tmp_path, small(templates={"path": ["words", "nowhere"]}), parts=WHOLE).problems)
    assert 'templates.path[1]: no folder "nowhere"' in found


@pytest.mark.parametrize("kind", ["notice", "answer", "note"])
def test_messages_named_outside_of_sends_must_exist_too(tmp_path: Path, kind: str) -> None:
    step = [{"id": "ask", "handoff": {"queue": "care", "note": "no/note"}}]
    changes: dict[str, dict[str, object]] = {
        "notice": {"consent__marketing__notice": "no/note"},
        "answer": {"keyword_answers": {"营业时间": "no/note"}},
        "note": {"rules__winback__steps": step},
    }
    assert 'no template "no/note"' in "\n".join(problems(tmp_path, GOOD, **changes[kind]))
