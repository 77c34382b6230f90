"""What the law forbids is refused at load, with the article and what to do instead."""

from pathlib import Path

from tests.unit.config.files import errors


def test_marketing_that_picks_out_children_names_the_law(tmp_path: Path) -> None:
    found = errors(tmp_path, rules__winback__filter={"member.age": "<12"})
    assert any(line.startswith("rules.winback.filter: ") and "art. 31" in line for line in found), found
    assert not any(
        "art. 31" in line for line in errors(tmp_path, rules__winback__filter={"member.age": "<40"})
    )


def test_a_lottery_s_top_prize_is_bounded_by_law(tmp_path: Path) -> None:
    coupon = {"title": "大奖", "amount_off": 60000, "stock": 1, "valid": "7d"}
    lottery = {
        "opens": "2026-12-01", "closes": "2026-12-31", "terms": "terms/lottery",
        "prizes": {"coupon.car": 0.1, "nothing": 0.9},
    }  # fmt: skip
    found = errors(tmp_path, coupons__car=coupon, activities={"lottery": lottery})
    assert any("50,000 yuan" in line for line in found), found
    less = errors(tmp_path, coupons__car={**coupon, "amount_off": 50000}, activities={"lottery": lottery})
    assert not any("50,000 yuan" in line for line in less)


def test_the_record_of_a_draw_is_kept_for_two_years(tmp_path: Path) -> None:
    assert errors(tmp_path, privacy__retention={"draws": "2y"}) == []
    (refused,) = errors(tmp_path, privacy__retention={"draws": "1y"})
    assert refused.startswith("privacy.retention.draws: the record of a prize draw is kept for two years")
