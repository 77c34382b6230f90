"""What is looked at once a day: points that soon run out, and whom others listen to."""

from datetime import datetime, time, timedelta

from bot.domain.events import POINTS_EXPIRING, Scalar
from bot.domain.lifecycle.campaign import Schedule
from scheduler.jobs.timetable import CatchUp, Job
from storage import announcements, koc_tags, point_expiry
from storage.database import Connection

DAY = timedelta(days=1)


def daily_notices(notice: timedelta, at: time = time(10)) -> Job:
    """Return the job that announces points which run out `notice` from now: each once, on one of its days."""

    def run(connection: Connection, nominal: datetime, now: datetime) -> str:
        since, until = max(nominal + notice - DAY, now), nominal + notice
        told: list[tuple[str, int, dict[str, Scalar]]] = [
            (
                f"points_expiring:{member_id}:{nominal:%Y-%m-%d}",
                member_id,
                {"points": points, "ends": ends.isoformat()},
            )
            for member_id, points, ends in point_expiry.running_out(connection, since, until)
        ]
        announcements.announce(connection, told, POINTS_EXPIRING, now)
        return f"told {len(told)}"

    return Job("points_notice", Schedule(at), run, CatchUp.EACH)


def nightly_koc(least: int, at: time = time(3, 45)) -> Job:
    """Return the job that tags whose index is at least so much."""

    def run(connection: Connection, _nominal: datetime, now: datetime) -> str:
        come, gone = koc_tags.mark(connection, least, now)
        return f"tagged {come}, untagged {gone}"

    return Job("koc", Schedule(at), run)
