"""Surveys on both databases: nobody is asked twice in 90 days, low scores get their words."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot.domain.activities import Survey
from bot.domain.effects import AnswerSurvey, AskSurvey, Handoff, TellCase
from bot.domain.outbox import OutboxMessage
from storage import handoffs, opinions
from storage.commands.scores import standing
from storage.database import Connection, Database
from storage.handoffs import HANDOFF
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


def test_what_is_said_after_a_low_score_goes_to_its_case_once(town: Database) -> None:
    def open_case(c: Connection) -> None:
        handoffs.open_all(c, [Handoff(1, "care", "survey/brief", "k", NOW, None, {"score": 3})])

    def tell(text: str, who: int = 1, since: datetime = NOW) -> str:
        one = TellCase(who, "survey/brief", text, since, NOW)
        return town.transact(lambda c: handoffs.tell(c, [one], NOW))[0].reason

    town.transact(open_case)
    assert tell("别人", who=2) == "none"
    assert tell("太晚", since=NOW + DAY) == "none"
    assert tell("茶叶受潮了") == ""
    assert tell("谢谢") == "none"
    (context,) = town.transact(lambda c: c.execute(select(HANDOFF.c.context)).scalars().all())
    assert context == {"score": 3, "text": "茶叶受潮了"}


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
