"""One mistake in one section: the path and the sentence an operator reads."""

# ruff: noqa: E501, ISC004 - tables of whole sentences read best a line each

from pathlib import Path

import pytest

from tests.unit.config.files import ENVIRON, REMOVED, errors, examined, small

SHOP = "accounts__shop"


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("version", 2, "version: this program reads version 1"),
        ("privacy", REMOVED, "privacy: this is required"),
        ("quite_hours", {}, 'quite_hours: unknown key; did you mean "quiet_hours"?'),
        ("app__contact", REMOVED, "app.contact: this is required"),
        ("app__contact", "", "app.contact: must not be empty"),
        ("app__timezon", "x", 'app.timezon: unknown key; did you mean "timezone"?'),
        ("app__locale", "zh-cn", 'app.locale: must be zh-CN or en; did you mean "zh-CN"?'),
        ("server__port", 70000, "server.port: must be at most 65535"),
        ("server__port", "8080", "server.port: write a whole number"),
        ("server__port", True, "server.port: write a whole number"),
        ("server__public_url", "bot.example.com",
         "server.public_url: write an address that begins with http:// or https://"),
        (f"{SHOP}__kind", "official_acount",
         'accounts.shop.kind: no kind of account "official_acount"; did you mean "official_account"?'),
        (f"{SHOP}__kind", REMOVED, "accounts.shop.kind: this is required"),
        (f"{SHOP}__app_id", "",
         "accounts.shop.app_id: write the id the platform shows; an empty one would accept foreign messages"),
        (f"{SHOP}__api_base", "http://api.weixin.qq.com",
         "accounts.shop.api_base: only an address of this machine may be unencrypted"),
        (f"{SHOP}__encoding_aes_key", REMOVED, "accounts.shop: encrypted mode needs encoding_aes_key"),
        (f"{SHOP}__rate", 50, "accounts.shop.rate: write a rate such as 50/s or 600/m"),
        (f"{SHOP}__menu", [{"label": "我的", "click": "a", "view": "https://a.example"}],
         "accounts.shop.menu[0]: an entry has one of click, view, mini_program or children"),
        (f"{SHOP}__menu", [{"label": "很长很长的名字", "click": "a"}],
         'accounts.shop: the menu label "很长很长的名字" is longer than 16 bytes'),
        (f"{SHOP}__menu", [{"label": str(n), "click": "a"} for n in range(4)],
         "accounts.shop.menu: must have at most 3 of these"),
        ("content", {"tea": {"title": "茶"}}, "content.tea.link: this is required"),
        ("content", {"tea": {"title": "茶", "link": "javascript:alert(1)"}},
         "content.tea.link: write an address that begins with http:// or https://"),
        ("content", {"tea": {"title": "茶", "link": "https://a.example", "util": "2026-12-01"}},
         'content.tea.util: unknown key; did you mean "until"?'),
        ("content", {"tea": {"title": "茶", "link": "https://a.example", "until": "2026-12-01T10:00:00+08:00"}},
         'content.tea.until: write a day in quotes: "2026-12-01"'),
        ("content", {"tea": {"title": "茶", "link": "https://a.example", "since": "2026-12-02", "until": "2026-12-01"}},
         "content.tea: until comes before since"),
        ("frequency_caps", [{"purpose": "marketing", "max": 1, "per": 1}],
         "frequency_caps[0].per: write a span of time such as 50s, 1m, 20h, 30d or 2w"),
        ("quiet_hours__from", 1290, 'quiet_hours.from: write a time of day in quotes, such as "21:30"'),
        ("quiet_hours__until", "21:30", "quiet_hours: from and until are the same time"),
        ("holdout", {"percent": 100, "salt": "a"}, "holdout.percent: must be less than 100"),
        ("consent__promotion", {"basis": "opt_in"},
         "consent.promotion: a purpose is marketing, personalised or service"),
        ("coupons__back15__percent_off", 20, "coupons.back15: a coupon has either amount_off or percent_off"),
        ("coupons__back15__amount_off", 9.999, "coupons.back15.amount_off: an amount has at most two decimals"),
        ("coupons__back15__stock", "file.csv", 'coupons.back15.stock: write how many, or "csv:FILE.csv"'),
        ("coupons__back15__min_spend", 10, "coupons.back15: min_spend is less than amount_off"),
        ("routes__mass__allowance__per_group", 1, "routes.mass.allowance: write either per_member or per_group"),
        ("routes__mass__batch__min", 20_000, "routes.mass.batch.min: must be at most 10000"),
        ("alerts", {"under_delivery": 20}, "alerts.under_delivery: write a percentage from 0% to 100%"),
        ("operators", {"roles": {"admin": ["raed"]}},
         'operators.roles.admin[0]: must be read, tag, send, approve or settings; did you mean "read"?'),
        ("privacy__retention", {"message": "180d"},
         "privacy.retention.message: must be messages, events, consents, draws or logs"
         '; did you mean "messages"?'),
        ("webhooks", {"secrets": ["${SHOP_TOKEN}"]},
         "webhooks.secrets[0]: a webhook secret is whsec_ and the base64 of 24 to 64 random bytes"),
        ("tags", [], "tags: write keys with values"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_where_it_stands(tmp_path: Path, path: str, value: object, sentence: str) -> None:
    assert errors(tmp_path, **{path: value}) == [sentence]


@pytest.mark.parametrize(
    "key", ["", "a" * 42, "a" * 44, "=" * 43, "é" * 43, "a" * 42 + "!", "a" * 42 + " "], ids=range(7)
)
def test_an_aes_key_has_43_characters_that_decode_to_32_bytes(tmp_path: Path, key: str) -> None:
    found = examined(tmp_path, small(), {**ENVIRON, "SHOP_AES_KEY": key})
    assert found.config is None
    assert {problem.path for problem in found.problems} == {"accounts.shop.encoding_aes_key"}


def test_one_wrong_entry_does_not_hide_the_next(tmp_path: Path) -> None:
    assert errors(tmp_path, app__contact=REMOVED, server__port=-1, coupons__back15__valid="5") == [
        "app.contact: this is required",
        "server.port: must be at least 0",
        "coupons.back15.valid: write a span of time such as 50s, 1m, 20h, 30d or 2w",
    ]


def test_a_wrong_entry_is_one_problem_and_not_one_for_each_that_names_it(tmp_path: Path) -> None:
    assert errors(tmp_path, accounts__shop__rate="fast") == [
        "accounts.shop.rate: write a rate such as 50/s or 600/m"
    ]
