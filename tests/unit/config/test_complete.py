"""The whole schema, the project's own file, and the promise that nothing is ignored."""

import dataclasses
from datetime import time, timedelta
from pathlib import Path

import pytest

from bot.config import as_json, check, delivery_policy, handler_settings, load_config, rulebook
from bot.config.loading import examine
from bot.domain.coupons import MemberLimit
from tests.unit.config.files import COMPLETE, ENVIRON, PARTS, SMALL, examined, lines

OWN = Path(__file__).resolve().parents[3] / "config.yaml"


def test_the_complete_file_has_nothing_against_it() -> None:
    assert [problem for problem in check(COMPLETE, ENVIRON, PARTS) if problem.level == "error"] == []


def test_the_complete_file_s_activities_have_their_terms() -> None:
    config = load_config(COMPLETE, ENVIRON, PARTS)
    assert [one.name for one in config.activities] == ["check_in", "referral", "lottery", "tea", "tea_3"]
    lottery = config.activities.lotteries[0]
    assert (lottery.kind, lottery.cost, lottery.per_member) == (
        "instant", 20, MemberLimit(3, timedelta(days=1)),
    )  # fmt: skip
    assert str(lottery.opens) == "2026-12-01 00:00:00+08:00"
    assert str(lottery.closes) == "2027-01-01 00:00:00+08:00"
    assert config.points.levels == {"银": 0, "金": 500, "黑": 2000}


def test_the_complete_file_s_library_has_the_newest_first() -> None:
    config = load_config(COMPLETE, ENVIRON, PARTS)
    assert [one.name for one in config.content] == ["tea_story", "milk_choice", "old_news"]
    tea, milk, old = config.content
    assert str(tea.since) == "2026-11-01 00:00:00+08:00"
    assert str(old.until) == "2026-02-01 00:00:00+08:00"
    assert (milk.labels, milk.summary, milk.url) == (
        ("母婴",),
        "看懂段位",
        "https://shop.example.com/read/milk",
    )


def test_without_secrets_each_missing_name_is_one_problem_and_hides_nothing() -> None:
    problems = [problem for problem in check(COMPLETE, {}, PARTS) if problem.level == "error"]
    unset = [problem for problem in problems if "is not set in the environment" in problem.message]
    assert len(unset) == len(ENVIRON)
    assert [problem.path for problem in problems if problem not in unset] == []


def test_the_project_s_own_file_has_no_problem() -> None:
    assert check(OWN, ENVIRON, PARTS) == []


def test_the_small_file_becomes_the_values_it_states() -> None:
    config = load_config(SMALL, ENVIRON, PARTS)
    assert config.app.zone.key == "Asia/Shanghai"
    assert config.accounts["shop"].rate == 10.0
    assert config.accounts["shop"].token == "shoptoken"
    assert config.routes["customer_service"].windows[0].lasts == timedelta(hours=48)
    assert config.routes["mass"].quota is not None
    assert config.routes["mass"].quota.per == "calendar_month"
    assert config.quiet is not None
    assert (config.quiet.start, config.quiet.end) == (time(21, 30), time(8, 30))
    assert config.coupons["back15"].amount_off == 1500
    assert config.coupons["back15"].per_member == MemberLimit(1, timedelta(days=180))
    assert list(config.stages) == ["dormant", "new"]
    assert list(config.rules["winback"].program.steps) == ["soft", "gap", "offer"]


def test_a_configuration_is_frozen() -> None:
    config = load_config(SMALL, ENVIRON, PARTS)
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.app = config.app  # type: ignore[misc]  # the refusal is the test


def test_a_configuration_shows_no_secret() -> None:
    shown = repr(load_config(SMALL, ENVIRON, PARTS))
    assert not [value for value in ENVIRON.values() if value in shown]


def test_each_part_gets_its_slice() -> None:
    config = load_config(SMALL, ENVIRON, PARTS)
    offer = handler_settings(config).claims[0]
    assert (offer.keyword, offer.batch, offer.rule, offer.step) == ("回来了", "back15", "winback", "offer")
    assert handler_settings(config).subscription_names == {"TMPL_ID_2": "coupon_expiring"}
    assert delivery_policy(config).programs["rule:winback"].live
    assert delivery_policy(config).rates["shop"].interval == timedelta(milliseconds=100)
    assert list(rulebook(config).rules) == ["winback"]


def test_the_digest_follows_the_file_and_not_the_secrets(tmp_path: Path) -> None:
    text = SMALL.read_text(encoding="utf-8")
    first = examined(tmp_path, text).config
    other_secret = examined(tmp_path, text, {**ENVIRON, "SHOP_TOKEN": "another"}).config
    other_text = examined(tmp_path, text.replace("荷塘", "莲塘")).config
    assert first is not None
    assert other_secret is not None
    assert other_text is not None
    assert first.digest == other_secret.digest != other_text.digest


def test_all_problems_come_in_one_run_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = (
        SMALL.read_text(encoding="utf-8")
        .replace("Asia/Shanghai", "Asia/Shangai")
        .replace("coupon: back15", "coupon: back51")
        .replace("quiet_hours:", "quite_hours:")
    )
    found = examined(tmp_path, text).problems
    assert lines(found) == [
        'app.timezone: no time zone "Asia/Shangai"; write one such as Asia/Shanghai',
        'quite_hours: unknown key; did you mean "quiet_hours"?',
        'rules.winback.steps[2].send.coupon: no coupon "back51"; did you mean "back15"?',
    ]
    assert [problem.line_number for problem in found] == [2, 23, 41]


def test_json_holds_every_problem_with_path_and_line(tmp_path: Path) -> None:
    found = examined(tmp_path, "version: 2\n").problems
    text = as_json(found)
    assert '"path": "version"' in text
    assert '"line": 1' in text
    assert '"ok": false' in text


def test_a_file_that_is_not_there_is_one_problem() -> None:
    problems = examine(Path("nowhere/config.yaml"), ENVIRON, PARTS).problems
    assert [problem.message for problem in problems] == ["the file cannot be read: No such file or directory"]
