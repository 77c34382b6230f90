"""What an operator's plan demands again when its messages leave: its audience as it was confirmed."""

from collections.abc import Collection

from sqlalchemy import Connection, select

from bot.domain import programs
from bot.domain.delivery.policy import ProgramGate
from storage.conditions.document import from_document
from storage.tables import table
from storage.tables.operations import PlanRow

PLAN = table(PlanRow)
PREFIX = "plan:"


def campaign_of(code: str) -> str:
    """Return the name that a plan's messages carry as their campaign."""
    return f"{PREFIX}{code}"


def plan_gates(c: Connection, campaigns: Collection[str]) -> dict[str, ProgramGate]:
    """Return the gates of the plans among these campaigns, as the policy keys its programs."""
    codes = [name.removeprefix(PREFIX) for name in campaigns if name.startswith(PREFIX)]
    if not codes:
        return {}
    rows = c.execute(select(PLAN.c.code, PLAN.c.tree).where(PLAN.c.code.in_(codes)))
    gates = {row.code: ProgramGate(filter=from_document(row.tree)) for row in rows if row.tree}
    return {programs.of_campaign(campaign_of(code)): gate for code, gate in gates.items()}
