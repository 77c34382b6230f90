"""Why a member can or cannot take part in an activity, from the command line."""

from bot import speaking
from bot.cli.desk import Desk
from bot.cli.documents import plain
from bot.cli.options import fail, present
from bot.cli.words import CATALOGUE, language, say
from bot.domain.errors import NoSuchMember
from bot.domain.identity import number_of
from bot.domain.why.playing import hurdles
from handlers.commands._why_play import told
from storage import players, switches


def explain(desk: Desk, name: str, activity: str, *, as_json: bool) -> None:
    """Print what keeps the member out of the activity, and what they did in it."""
    known = {one.name: one for one in desk.config.activities}
    if activity not in known:
        fail(say("no_such_activity", name=activity, known="、".join(known) or "—"))
    one, zone, now = known[activity], desk.config.app.zone, desk.now
    member_id = desk.member(name)
    player = desk.read(lambda c: players.read(c, member_id, one, now))
    if player is None:
        raise NoSuchMember(say("no_such_member", name=name))
    switched = desk.read(lambda c: switches.activities(switches.all_on(c)))
    speaker = speaking.Speaker(speaking.read(CATALOGUE.parents[1]), language())
    document = {
        "member": number_of(member_id),
        "activity": activity,
        "points": player.points,
        "level": player.level,
        "hurdles": [plain(each) for each in hurdles(one, player, switched, zone, now)],
        "took": [plain(each) for each in player.took],
    }
    present(document, [speaker.whole(told(one, player, switched, zone, now))], as_json=as_json)
