"""打卡榜: who checked in today in a group, told in that group."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.effects import Attempt, Effect, Reply, SayInGroup, TellBoard
from bot.domain.events import SAID, InboundEvent
from bot.domain.handling import Handler, Rank, Settings, Words
from bot.domain.identity import split
from bot.domain.members import Member
from bot.domain.words import is_word

BOARD = ("打卡榜", "签到榜", "check_in_board")
TOPIC = "check_in_board"
HEARD_WITHIN = timedelta(minutes=10)


def board(event: InboundEvent, member: Member, settings: Settings, _now: datetime) -> list[Effect]:
    """Tell the group's day where it was asked for; in a talk of two, where to ask.

    Whoever runs a gateway of their own could speak as anybody there, so nothing of members is told there.
    """
    if settings.activities.check_in is None or event.account in settings.doubtful_accounts:
        return []
    if not is_word(event.text, BOARD):
        return []
    if not event.group:
        return [Reply(member.id, Rank.ACTIVITY, template="check_in/board_where")]
    day = event.at.astimezone(ZoneInfo(member.zone or settings.zone)).date().isoformat()
    action = TellBoard(member.id, event.group, day, event.at)
    if event.can_reply:
        told: tuple[Effect, ...] = (Reply(member.id, Rank.ACTIVITY, template="check_in/board"),)
        nobody = (Reply(member.id, Rank.ACTIVITY, template="check_in/board_nobody"),)
        return [Attempt(action, told, {"nobody": nobody})]
    if split(event.group)[0] not in settings.speaking_accounts:
        return []
    aloud = SayInGroup(
        member.id, event.group, TOPIC, "check_in/board", f"{event.key}#board", event.at, event.at,
        event.at + HEARD_WITHIN,
    )  # fmt: skip
    return [Attempt(action, (aloud,), {})]


def words(settings: Settings) -> Words:
    """Return what asks for the list."""
    return Words(whole=BOARD if settings.activities.check_in is not None else ())


HANDLERS: tuple[Handler, ...] = (Handler(SAID, board, words),)
