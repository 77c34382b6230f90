"""Names that lead nowhere, words with two meanings, and what platforms and the law forbid."""

# ruff: noqa: E501, ISC004 - tables of whole sentences read best a line each

from pathlib import Path

import pytest

from bot.config import programs
from tests.unit.config.files import ENVIRON, REMOVED, errors, examined, small

OFFER = "rules__winback__steps__2__send"
PATH = "rules.winback.steps[2].send"


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (f"{OFFER}__coupon", "back51", f'{PATH}.coupon: no coupon "back51"; did you mean "back15"?'),
        (f"{OFFER}__via", ["mas"], f'{PATH}.via[0]: no route "mas"; did you mean "mass"?'),
        ("rules__winback__entry__stage", "dormnt", 'rules.winback.entry.stage: no stage "dormnt"; did you mean "dormant"?'),
        ("rules__winback__filter", {"in": "vpi"}, 'rules.winback.filter.in: no segment "vpi"; did you mean "vip"?'),
        ("rules__winback__goal", {"event": "order.payed"},
         'rules.winback.goal.event: no event "order.payed"; did you mean "order.paid"?'),
        ("segments__vip", {"did": "order.payd"}, 'segments.vip.did: no event "order.payd"; did you mean "order.paid"?'),
        ("complaints__queue", "cares", 'complaints.queue: no queue "cares"; did you mean "care"?'),
        ("routes__reply__account", "shpo", 'routes.reply.account: no account "shpo"; did you mean "shop"?'),
        ("routes__masss", {"account": "shop"},
         'routes.masss: no method of official_account "masss"; did you mean "mass"?'),
        ("routes__customer_service__windows__0__opened_by", "member.mesage",
         'routes.customer_service.windows[0].opened_by: no event "member.mesage"; did you mean "member.message"?'),
        (f"{OFFER}__basis", "winback", f'{PATH}.basis: no ground in fairness.basis "winback"; did you mean "win_back"?'),
        (f"{OFFER}__basis", REMOVED, f"{PATH}.basis: a coupon needs its published ground, one of fairness.basis"),
    ],
)  # fmt: skip
def test_a_name_that_leads_nowhere_is_named_with_the_nearest(
    tmp_path: Path, path: str, value: object, sentence: str
) -> None:
    assert errors(tmp_path, **{path: value}) == [sentence]


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("accounts__shop__mode", "plaintext",
         "accounts.shop.mode: plaintext leaves the message unsigned, so anybody could claim coupons; write encrypted"),
        (f"{OFFER}__claim", REMOVED,
         f"{PATH}.via[0]: mass is the same for everybody and carries no code; add claim: {{keyword: …, lasts: 3d}}"),
        (f"{OFFER}__via", ["template_message", "mass"], f"{PATH}.via[0]: template_message does not carry marketing"),
        ("routes__template_message__purposes", ["marketing"],
         "routes.template_message.purposes: the platform forbids marketing in template messages"),
        ("routes__mass__personal", True,
         "routes.mass.personal: a mass message is the same for everybody; write personal: false"),
        ("consent__marketing__basis", "contract",
         "consent.marketing.basis: marketing needs a consent of its own; write opt_in"),
        ("consent__marketing__withdraw_keywords", [],
         "consent.marketing.withdraw_keywords: members must be able to refuse; write [TD, 退订]"),
        ("consent", {}, "consent.marketing: this is required, since rules send marketing"),
        ("keyword_answers", {"ｔｄ": "answers/td"},
         'keyword_answers.ｔｄ: "ｔｄ" already means consent.marketing.withdraw_keywords[0]'),
        (f"{OFFER}__claim__keyword", "退订", f'{PATH}.claim.keyword: "退订" already means consent.marketing'),
        ("rules__winback__filter", {"in": "vip"},
         "rules.winback.filter: a coupon must not depend on monetary (大数据杀熟, 个人信息保护法 art. 24); "
         "drop the coupon or the condition"),
        ("rules__winback__entry", {"segment": "vip"},
         "rules.winback.entry: a coupon must not depend on monetary (大数据杀熟, 个人信息保护法 art. 24); "
         "drop the coupon or the condition"),
        (f"{OFFER}__via", ["reply"],
         f"{PATH}.via: nobody is there to reply to: no act of the member leads here"),
        (f"{OFFER}__via", ["subscription_notice"],
         f"{PATH}.via[0]: subscription_notice needs platform_template, one of accounts.shop.subscription_templates"),
    ],
)  # fmt: skip
def test_what_may_not_leave_is_refused(tmp_path: Path, path: str, value: object, sentence: str) -> None:
    changes = {path: value}
    if path == "accounts__shop__mode":
        changes["accounts__shop__encoding_aes_key"] = "${SHOP_AES_KEY}"
    assert sentence in errors(tmp_path, **changes)


def test_the_law_is_what_refuses_an_unfair_coupon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: without the check the same rule is taken."""
    body = small(rules__winback__filter={"in": "vip"})
    assert examined(tmp_path, body).config is None
    monkeypatch.setattr(programs, "check_fairness", lambda *_args: None)
    assert examined(tmp_path, body).config is not None


def test_a_device_model_may_decide_a_greeting_and_not_a_coupon(tmp_path: Path) -> None:
    greeting = {
        "entry": {"event": "member.followed"},
        "filter": {"member.device_model": "iPhone"},
        "steps": [{"id": "hi", "send": {"template": "a/b", "via": ["customer_service"]}}],
    }
    assert errors(tmp_path, rules__greeting=greeting) == []
    gift = {**greeting, "steps": [{"id": "gift", "issue": {"coupon": "back15", "basis": "win_back"}}]}
    assert len(errors(tmp_path, rules__greeting=gift)) == 1


def test_plaintext_is_allowed_where_no_coupon_can_be_lost(tmp_path: Path) -> None:
    assert errors(tmp_path, accounts__shop__mode="plaintext", coupons={}, rules={}) == []


def test_a_route_of_an_account_that_is_not_enabled_cannot_be_used(tmp_path: Path) -> None:
    groups = {"kind": "onebot12", "enabled": False, "connect": "webhook", "access_token": "${NOBODY}"}
    body = small(accounts__groups=groups, routes__group={"account": "groups"})
    assert examined(tmp_path, body).config is not None
    body["rules"]["winback"]["steps"][0]["send"]["via"] = ["group"]
    assert [problem.message for problem in examined(tmp_path, body).problems] == [
        "group goes through the account groups, which is not enabled"
    ]


@pytest.mark.parametrize("condition", [{"stage": "dormant"}, {"any": [{"rfm": {"recency": ">=9"}}]}])
def test_a_coupon_hidden_in_an_experiment_is_checked_too(
    tmp_path: Path, condition: dict[str, object]
) -> None:
    arms = {"a": 0.5, "b": 0.5}
    send = {"template": "a/b", "coupon": "nothing", "basis": "win_back", "via": ["customer_service"]}
    step = {
        "id": "x",
        "when": condition,
        "experiment": {"salt": "s", "arms": arms, "a": [{"send": send}], "b": []},
    }
    found = errors(tmp_path, rules__winback__steps=[step])
    assert 'rules.winback.steps[0].experiment.a[0].send.coupon: no coupon "nothing"' in found


@pytest.mark.parametrize(
    ("stages", "sentence"),
    [
        ({"all": {}, "new": {"did": "any"}}, "nobody reaches this stage: all before it always holds"),
        ({"a": {"did": "any"}, "b": {"did": "any"}, "new": {}}, "nobody reaches this stage: a is the same"),
    ],
)
def test_a_stage_nobody_reaches_is_refused(tmp_path: Path, stages: dict[str, object], sentence: str) -> None:
    found = examined(tmp_path, small(stages=stages, rules={})).problems
    assert sentence in [problem.message for problem in found]


def test_a_goto_to_nowhere_is_refused_beside_other_mistakes(tmp_path: Path) -> None:
    arms: list[dict[str, object]] = [{"when": {"did": "any"}, "do": [{"id": "a", "goto": "gap", "max": 3}]}]
    arms.append({"otherwise": True, "do": [{"id": "b", "goto": "gap", "max": 3}]})
    steps = [
        {"id": "gap", "wait": "1d"},
        {"id": "fork", "branch": arms},
        {"id": "on", "goto": "nap", "max": 1},
    ]
    found = errors(tmp_path, rules__winback__steps=steps, app__contact=REMOVED)
    assert found == [
        "app.contact: this is required",
        'rules.winback.steps[2].goto: no step "nap"; did you mean "gap"?',
    ]


def test_a_file_of_codes_that_is_not_there_yet_is_a_warning(tmp_path: Path) -> None:
    body = small(coupons__back15__stock="csv:codes.csv")
    found = examined(tmp_path, body)
    assert [(problem.path, problem.level) for problem in found.problems] == [
        ("coupons.back15.stock", "warning")
    ]
    (tmp_path / "codes.csv").write_text("A1B2C3\n", encoding="utf-8")
    config = examined(tmp_path, body).config
    assert config is not None
    assert config.coupons["back15"].codes_file == str(tmp_path / "codes.csv")


def test_who_unfollows_must_be_forgotten(tmp_path: Path) -> None:
    assert errors(tmp_path, privacy__unfollowed="keep") == [
        "privacy.unfollowed: the platform demands that who unfollows is forgotten; write erase"
    ]


def test_one_key_for_two_uses_is_refused_and_a_short_one_warned_of(tmp_path: Path) -> None:
    short = {**ENVIRON, "HETANG_KEY": "short", "HETANG_INDEX_KEY": "short"}
    assert [(problem.path, problem.level) for problem in examined(tmp_path, small(), short).problems] == [
        ("privacy.key", "warning"),
        ("privacy.index_key", "error"),
        ("privacy.index_key", "warning"),
    ]


def test_an_arm_behind_otherwise_is_refused_since_nobody_reaches_it(tmp_path: Path) -> None:
    arms: list[dict[str, object]] = [{"otherwise": True, "do": [{"id": "a", "wait": "1d"}]}]
    arms.append({"when": {"did": "any"}, "do": [{"id": "b", "wait": "1d"}]})
    assert errors(tmp_path, rules__winback__steps=[{"id": "fork", "branch": arms}]) == [
        "rules.winback.steps[0].branch[1]: nothing can follow otherwise"
    ]


def test_warnings_do_not_stop_a_start(tmp_path: Path) -> None:
    found = examined(tmp_path, small(), {**ENVIRON, "HETANG_KEY": "short"})
    assert found.config is not None
    assert [(problem.path, problem.level) for problem in found.problems] == [("privacy.key", "warning")]
