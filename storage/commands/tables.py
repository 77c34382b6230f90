"""The tables that operators' commands write."""

from storage.tables import table
from storage.tables.operations import CircleRow, NoteRow, PlanRow

NOTE = table(NoteRow)
CIRCLE = table(CircleRow)
PLAN = table(PlanRow)
