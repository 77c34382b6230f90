"""Experiments: asked about, and their arms chosen."""

from datetime import datetime

from sqlalchemy import Connection

from bot.domain.commanding.acts import ChooseArm, Done
from bot.domain.experiments.arms import as_order
from bot.domain.experiments.trials import AskTrials, Trial
from storage import campaign_trials, trials
from storage.commands.orders import Deeds, Given, Looks


def _counted(c: Connection, ask: AskTrials, now: datetime) -> tuple[Trial, ...]:
    return (*trials.counted(c, ask.rules, now), *campaign_trials.counted(c, ask.campaigns, now))


def _choose(c: Connection, act: ChooseArm, given: Given) -> Done:
    weights = as_order([(act.arm, 1.0)]) if act.arm else ""
    new = trials.order(c, act.whose, weights, f"operator:{given.by.signed}", given.now)
    return Done("chosen" if new else "same")


LOOKS: Looks = {AskTrials: _counted}
DEEDS: Deeds = {ChooseArm: _choose}
