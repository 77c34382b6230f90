import pytest

from bot.sandbox.api.fields import fits

FITS = [
    ("thing1", "订单已发货", True),
    ("thing1", "字" * 20, True),
    ("thing1", "字" * 21, False),
    ("thing1", "", False),
    ("thing1", "两\n行", False),
    ("number2", "12.5", True),
    ("number2", "十", False),
    ("number2", "1" * 33, False),
    ("character_string3", "A1B2-C3", True),
    ("character_string3", "券码", False),
    ("time4", "2026年12月1日 10:00", True),
    ("time4", "2026-12-01 10:00:00", True),
    ("time4", "10:00", True),
    ("time4", "2026-12-01~2026-12-08", True),
    ("time4", "soon", False),
    ("date5", "2026年12月1日", True),
    ("date5", "10:00", False),
    ("amount6", "10元", True),
    ("amount6", "¥10.00", True),
    ("amount6", "10.123", False),
    ("phrase7", "已发货", True),
    ("phrase7", "已经发货了哦", False),
    ("phrase7", "shipped", False),
    ("name8", "小明", True),
    ("name8", "名" * 11, False),
    ("phone_number9", "400-000-0000", True),
    ("car_number10", "浙A12345", True),
    ("letter11", "abc", True),
    ("letter11", "a1", False),
    ("symbol12", "!!", True),
    ("symbol12", "ab", False),
]


@pytest.mark.parametrize(("name", "value", "fit"), FITS)
def test_a_value_fits_the_type_its_name_starts_with(name: str, value: str, *, fit: bool) -> None:
    assert fits(name, value, strict=True) is fit


@pytest.mark.parametrize("name", ["first", "keyword1", "remark", "Thing1", "1"])
def test_names_of_no_known_type_are_for_old_templates_only(name: str) -> None:
    assert fits(name, "任何内容" * 20, strict=False)
    assert not fits(name, "任何内容", strict=True)
