"""The platform's sides other than official accounts: one kind of account a file."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.sandbox.sides.archive_side import ArchiveSide
from bot.sandbox.sides.corp import CorpSide
from bot.sandbox.sides.onebot import OneBotSide
from bot.sandbox.sides.payment import PaymentSide
from bot.sandbox.sides.robot import RobotSide
from bot.sandbox.sides.side import IN_GROUPS, Side

SIDES: Mapping[str, Callable[[Any, dict[str, Any]], Side]] = {
    "onebot12": OneBotSide,
    "wechat_pay": PaymentSide,
    "wecom_aibot": RobotSide,
    "wecom_app": CorpSide,
    "wecom_archive": ArchiveSide,
}

__all__ = ["IN_GROUPS", "SIDES", "Side"]
