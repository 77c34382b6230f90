"""Every preset fits into the project's own file without a problem, and does what its first line says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from bot.cli import commands
from bot.cli.presets.shelf import presets, title
from bot.config import Config, rulebook, text_of
from bot.domain.lifecycle.rehearsal import Line, rehearse
from bot.domain.members import Member, Tally
from bot.opening import inspect, load
from tests.fakes import START
from tests.whole import ENVIRONMENT, ROOT

OWN: Mapping[str, object] = text_of(ROOT / "config.yaml")
RULES = [name for name in presets() if name.startswith("rules/")]
STAGES = [name for name in presets() if name.startswith("stages/")]
# What each says to somebody who does nothing, and has what the rule asks about.
SAYS: Mapping[str, tuple[str, ...]] = {
    "rules/after_refund": ("presets/after_refund",),
    "rules/ask_for_referral": ("presets/ask_for_referral",),
    "rules/browsed_not_bought": ("presets/browsed_not_bought",),
    "rules/coupon_expiring": (),
    "rules/cross_sell": (),
    "rules/festival_care": ("presets/festival_care",),
    "rules/first_month": ("presets/first_thanks", "presets/first_usage"),
    "rules/last_call": ("presets/last_call",),
    "rules/left_in_cart": ("presets/left_in_cart",),
    "rules/pregnancy": ("presets/pregnancy_middle", "presets/pregnancy_late", "presets/pregnancy_born"),
    "rules/replenish": ("presets/replenish",),
    "rules/second_order": ("presets/second_order",),
    "rules/slipping": ("presets/slipping",),
    "rules/source_thanks": ("presets/source_thanks",),
}


def merged(name: str, folder: Path) -> Path:
    """The project's own file with a preset pasted in."""
    body = dict(OWN)
    for section, values in text_of(presets()[name]).items():
        known = body.get(section)
        assert isinstance(values, dict)
        body[section] = (
            values if section == "stages" else {**(known if isinstance(known, dict) else {}), **values}
        )
    if name.startswith("stages/"):
        # Other stages ask for other rules.
        body |= {"rules": {}, "segments": {}, "campaigns": {}}
    body["templates"] = {"path": [str(ROOT / "templates")]}
    path = folder / "config.yaml"
    path.write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")
    path.chmod(0o600)
    return path


def walked(config: Config, name: str) -> list[Line]:
    """The preset's rule, walked with somebody who bought often and expects a child."""
    book = rulebook(config)
    bought = Tally(5, START - timedelta(days=200), START - timedelta(days=40))
    due = (START + timedelta(days=180)).date().isoformat()
    tallies = {"order.paid": bought, "member.message": bought}
    member = Member(2, START - timedelta(days=300), tallies=tallies, attributes={"due_date": due})
    rule = book.rules[name.removeprefix("rules/")]
    return list(
        rehearse(book, rule, member, START, {batch.name: batch.valid for batch in config.coupons.values()})
    )


@pytest.mark.parametrize("name", [*RULES, *STAGES])
def test_a_preset_fits_into_the_project_s_own_file(name: str, tmp_path: Path) -> None:
    problems = [one.line() for one in inspect(merged(name, tmp_path), ENVIRONMENT) if one.level == "error"]
    assert problems == []
    assert " · " in title(presets()[name])


def test_there_is_one_for_every_part_of_the_loop() -> None:
    assert len(RULES) >= 12
    assert len(STAGES) == 3
    assert set(RULES) == set(SAYS)


@pytest.mark.parametrize("name", RULES)
def test_a_preset_says_what_it_is_there_to_say_and_ends(name: str, tmp_path: Path) -> None:
    config = load(merged(name, tmp_path), ENVIRONMENT)
    assert config.rules[name.removeprefix("rules/")].status.value == "draft"
    lines = walked(config, name)
    assert tuple(line.message.template for line in lines if line.message is not None) == SAYS[name]
    assert lines[-1].what == "ends"


def test_the_command_prints_one_as_it_is_written_and_names_the_nearest(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert commands.run(["presets", "show", "replenish"]) == 0
    assert capsys.readouterr().out == presets()["rules/replenish"].read_text(encoding="utf-8")
    assert commands.run(["presets", "show", "rules/replenis"]) == 1
    assert "rules/replenish" in capsys.readouterr().err
    assert commands.run(["presets", "list"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(RULES) + len(STAGES)
