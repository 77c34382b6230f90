"""What members think of us, for operators: scores, and how many more recommend us than advise against."""

from collections.abc import Mapping

from sqlalchemy import Connection, case, func, select

from bot.domain.activities.terms import Activity
from bot.domain.experiments.intervals import promoter_score
from bot.domain.survey_scores import DETRACTOR, PROMOTER
from storage.tables import table
from storage.tables.activities import AnswerRow

ANSWER = table(AnswerRow)


def standing(c: Connection, one: Activity) -> Mapping[str, int | str]:
    """Return the scores of a survey: how many, their mean, who recommends, and the NPS with its interval."""
    score = ANSWER.c.score
    counted = select(
        func.count(),
        func.avg(score),
        func.sum(case((score >= PROMOTER, 1), else_=0)),
        func.sum(case((score <= DETRACTOR, 1), else_=0)),
    ).where(ANSWER.c.name == one.name, score.is_not(None))
    answers, mean, promoters, detractors = c.execute(counted).one()
    if not answers:
        return {"total:answers": 0}
    found = promoter_score(int(promoters), int(detractors), int(answers))
    bounds = f"{found.low * 100:.0f}～{found.high * 100:.0f}"
    return {
        "total:answers": int(answers),
        "total:mean": f"{float(mean):.1f}",
        "total:promoters": int(promoters),
        "total:passives": int(answers) - int(promoters) - int(detractors),
        "total:detractors": int(detractors),
        "total:nps": f"{found.estimate * 100:.0f} ({bounds})",
    }
