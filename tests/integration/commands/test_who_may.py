"""Who may command: every command by every role, and everybody who only looks like an operator."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from typing import ClassVar

import pytest

from bot.app import load
from bot.command_post import commander_of
from bot.commanding import Commander
from bot.config import Config
from bot.discovery import COMMANDS, plugins
from bot.domain.commanding.apart import no_forecast
from bot.domain.commanding.command import Command
from bot.domain.events import GROUP_MESSAGE, MESSAGE, InboundEvent
from bot.renderers import renderer_of
from bot.turns import Heard, Later
from storage import operators
from storage.database import Connection, Database
from tests.condition_cases import NOW
from tests.integration.storage.conftest import ring
from tests.whole import ENVIRONMENT, write_config

OPERATOR = "shop:oOperator000000000000000001"
ALL: dict[str, Command] = plugins(*COMMANDS)
ROLES = ("reader", "editor", "sender", "admin")
NOT_YOURS = "权限"
KEYS = count()


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    folder = tmp_path_factory.mktemp("config")
    return load(write_config(folder, "http://127.0.0.1:9", f"sqlite:///{folder}/x.db", {}), ENVIRONMENT)


@pytest.fixture
def commander(config: Config) -> Commander:
    return commander_of(config, renderer_of(config), lambda _since, _until: (), no_forecast)


@pytest.fixture
def database(any_database_url: str) -> Iterator[Database]:
    with Database.open(any_database_url, ring()) as opened:
        yield opened


def bind(c: Connection, role: str, known_as: str = OPERATOR) -> None:
    letters = iter("ABCDEFGHJK")
    code, _ = operators.offer(c, "shop", role, NOW, lambda _letters: next(letters))
    assert operators.bind(c, code, known_as, NOW, "老李") == role


def said(text: str, known_as: str = OPERATOR, account: str = "shop", kind: str = MESSAGE) -> InboundEvent:
    return InboundEvent(
        key=f"k{next(KEYS)}", account=account, kind=kind, at=NOW, known_as=known_as, text=text, can_reply=True
    )


def recognised(c: Connection, commander: Commander, event: InboundEvent) -> bool:
    return bool(commander.recognise(c, [Heard(event, None, None)]))


@contextmanager
def taken_back(database: Database) -> Iterator[Connection]:
    """Give a transaction of which nothing stays."""
    with database.engine.connect() as c, c.begin() as began:
        yield c
        began.rollback()


@pytest.mark.parametrize("role", ROLES)
def test_a_role_runs_exactly_what_it_has_the_right_to(
    role: str, database: Database, commander: Commander, config: Config
) -> None:
    for command in ALL.values():
        with taken_back(database) as c:
            bind(c, role)
            event = said(f"/{command.name}")
            by = commander.recognise(c, [Heard(event, None, None)])[event.key]
            told = commander.obey(c, event, by, NOW)
            refused = not isinstance(told, Later) and NOT_YOURS in told
            assert refused is (command.permission not in config.operators.roles[role]), command.name
            noted = "SELECT count(*) FROM audit WHERE action = 'command.refused'"
            assert c.exec_driver_sql(noted).scalar_one() == refused, command.name


class Disguises:
    """Lines of people who are no operators, or not any more, or not here; by what they pretend."""

    LINES: ClassVar[dict[str, dict[str, str]]] = {
        "unbound": {"known_as": "shop:oSomebody00000000000000002"},
        "an address in other letters": {"known_as": "shop:ooperator000000000000000001"},
        "an address with a look-alike": {"known_as": "shop:оOperator000000000000000001"},
        "another account's member of that address": {
            "known_as": "other:oOperator000000000000000001", "account": "other",
        },
        "an operator's words through another account": {"account": "other"},
        "a shop's webhook that speaks as one": {"account": "webhook"},
        "a number instead of an address": {"known_as": "member:m1"},
        "chatter in a group": {"kind": GROUP_MESSAGE},
    }  # fmt: skip


@pytest.mark.parametrize("disguise", Disguises.LINES)
def test_whoever_only_looks_like_an_operator_is_chatting(
    disguise: str, database: Database, commander: Commander
) -> None:
    with taken_back(database) as c:
        bind(c, "admin")
        for command in ALL.values():
            event = said(f"/{command.name} x", **Disguises.LINES[disguise])
            assert not recognised(c, commander, event), command.name


@pytest.mark.parametrize(
    "written",
    [
        "{0}",
        "你好 /{0}",
        "「小明：/{0}」\n- - - -\n好",
        "> /{0}",
        "转发：/{0}",
        "\\{0}",
        "∕{0}",
        "⁄{0}",
        "&#47;{0}",
    ],
)
def test_what_only_looks_like_a_command_is_chat(
    written: str, database: Database, commander: Commander
) -> None:
    with taken_back(database) as c:
        bind(c, "admin")
        for command in ALL.values():
            if written == "{0}" and command.alias == "confirm":
                continue
            assert not recognised(c, commander, said(written.format(command.name))), command.name


@pytest.mark.parametrize("written", ["/{0}", "／{0}", "#{0}", "＃{0}", "  /{0}", "/ {0}"])
def test_an_operator_is_heard_however_the_prefix_is_typed(
    written: str, database: Database, commander: Commander
) -> None:
    with taken_back(database) as c:
        bind(c, "admin")
        for command in ALL.values():
            event = said(written.format(command.name))
            by = commander.recognise(c, [Heard(event, None, None)])[event.key]
            told = commander.obey(c, event, by, NOW)
            assert isinstance(told, Later) or "的命令" not in told, command.name


def test_who_was_sent_away_a_second_ago_commands_no_more(database: Database, commander: Commander) -> None:
    with taken_back(database) as c:
        bind(c, "admin")
        assert recognised(c, commander, said("/急停"))
        assert operators.revoke(c, OPERATOR, NOW - timedelta(seconds=1))
        assert not recognised(c, commander, said("/急停"))


def test_a_matrix_that_forgot_a_right_would_be_noticed(
    database: Database, commander: Commander, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sabotage twin: a command that asks for no right of a reader's is run by one."""
    with taken_back(database) as c:
        bind(c, "reader")
        event = said("/急停")
        by = commander.recognise(c, [Heard(event, None, None)])[event.key]
        assert NOT_YOURS in str(commander.obey(c, event, by, NOW))
        object.__setattr__(ALL["stop"], "permission", "read")
        try:
            assert NOT_YOURS not in str(commander.obey(c, said("/急停"), by, NOW))
        finally:
            object.__setattr__(ALL["stop"], "permission", "send")
