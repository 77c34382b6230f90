"""Surveys on both databases: nobody is asked twice in 90 days, low scores get their words."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from bot.domain.activities import Survey
from bot.domain.commanding.asks import AskCases
from bot.domain.effects import AnswerSurvey, AskSurvey, Handoff
from bot.domain.outbox import OutboxMessage
from storage import handoffs, opinions
from storage.commands import cases
from storage.commands.scores import standing
from storage.database import Connection, Database
from storage.events import Happened, append
from storage.opinions import OUTBOX
from tests.integration.play.referring import NOW

DAY = timedelta(days=1)
NPS = Survey("nps", ("order.paid",), DAY, 6, "care")
OTHER = Survey("visit", ("order.paid",), DAY, 6, "care")


def ask(house: Database, at: datetime, who: int = 1, survey: Survey = NPS) -> str:
    """Ask after something that happened then; return why the question is not queued."""
    key = f"survey:{survey.name}:{who}:{at.isoformat()}"
    message = OutboxMessage(
        key, who, "survey/ask", "service", ("customer_service",), at, at + DAY, at + 3 * DAY
    )
    one = AskSurvey(who, survey, message, 90 * DAY, at)
    return house.transact(lambda c: opinions.ask(c, [one], at))[0].reason


def ended(house: Database, state: str, at: datetime = NOW) -> None:
    """Let every question end like this."""
    house.transact(lambda c: c.execute(update(OUTBOX).values(state=state, finished_at=at)))


def score(house: Database, number: int, at: datetime, who: int = 1, survey: Survey = NPS) -> str:
    one = AnswerSurvey(who, survey, number, f"{who}:{at}", at)
    return house.transact(lambda c: opinions.survey(c, [one], at))[0].reason


def test_nobody_is_asked_twice_within_ninety_days_wherever_they_begin(town: Database) -> None:
    """Days around the edge of what would be a fixed quarter since 1970, too."""
    edge = datetime.fromtimestamp((NOW.timestamp() // (90 * 86400) + 1) * 90 * 86400, NOW.tzinfo)
    assert ask(town, edge - timedelta(hours=15)) == ""
    assert ask(town, edge + timedelta(hours=15)) == "asked"
    assert ask(town, edge + 89 * DAY) == "asked"
    assert ask(town, edge + 90 * DAY) == ""
    assert ask(town, edge, who=2) == ""
    assert ask(town, edge, survey=OTHER) == ""


def test_two_orders_told_at_once_bring_one_question(town: Database) -> None:
    def work(c: Connection) -> list[str]:
        found = []
        for at in (NOW, NOW - DAY):
            message = OutboxMessage(f"survey:nps:1:{at}", 1, "survey/ask", "service", ("x",), at, at, at)
            found.append(opinions.ask(c, [AskSurvey(1, NPS, message, 90 * DAY, NOW)], NOW)[0].reason)
        return found

    assert town.transact(work) == ["", "asked"]


@pytest.mark.parametrize(
    ("state", "again"), [("sent", "asked"), ("unknown", "asked"), ("skipped", ""), ("expired", "")]
)
def test_who_never_got_the_question_may_be_asked(town: Database, state: str, again: str) -> None:
    ask(town, NOW)
    ended(town, state)
    assert ask(town, NOW + DAY) == again


def test_a_number_is_a_score_only_of_who_was_asked_lately(town: Database) -> None:
    assert score(town, 3, NOW) == "not_asked"
    ask(town, NOW)
    assert score(town, 3, NOW) == "not_asked"
    ended(town, "sent")
    assert score(town, 3, NOW + DAY) == ""
    assert score(town, 9, NOW + DAY + timedelta(minutes=1)) == "not_asked"
    assert score(town, 3, NOW + DAY, survey=OTHER) == "not_asked"


def test_what_is_said_soon_after_a_low_score_is_read_with_its_case(town: Database) -> None:
    low = Handoff(1, "care", "survey/brief", "k", NOW, None, {"score": 3})
    other = Handoff(2, "care", "human/brief", "h", NOW, None, {})

    def said(who: int, text: str, at: datetime) -> Happened:
        return Happened(who, "member.message", at, f"{who}{at}", "shop", 0, {"text": text})

    def words(c: Connection) -> dict[int, str]:
        return {one.member_id: one.said for one in cases.LOOKS[AskCases](c, AskCases(), NOW)}

    town.transact(lambda c: handoffs.open_all(c, [low, other]))
    minute = timedelta(minutes=1)
    late = [said(1, "太晚", NOW + 61 * minute), said(2, "别的", NOW + minute)]
    town.transact(lambda c: append(c, [said(1, "3", NOW), *late], NOW))
    assert town.transact(words) == {1: "", 2: ""}
    told = [said(1, "茶叶受潮了", NOW + minute), said(1, "谢谢", NOW + 2 * minute)]
    town.transact(lambda c: append(c, told, NOW))
    assert town.transact(words) == {1: "茶叶受潮了", 2: ""}


def test_the_net_promoter_score_stands_with_its_interval(town: Database) -> None:
    for who, number in enumerate((10, 9, 9, 8, 7, 6, 0), start=1):
        ask(town, NOW, who)
        ended(town, "sent")
        assert score(town, number, NOW, who) == ""
    found = town.transact(lambda c: standing(c, NPS))
    assert found["total:answers"] == 7
    assert (found["total:promoters"], found["total:passives"], found["total:detractors"]) == (3, 2, 2)
    assert found["total:mean"] == "7.0"
    assert str(found["total:nps"]).startswith("14 (")
    assert town.transact(lambda c: standing(c, OTHER)) == {"total:answers": 0}
