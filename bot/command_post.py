"""What operators command, made from the configuration: every command there is, and what they may name."""

from pathlib import Path

from bot import drawing, speaking
from bot.commanding import Commander, Commands
from bot.config import Config, delivery_policy
from bot.discovery import COMMANDS, plugins
from bot.domain.commanding.command import House
from bot.domain.commanding.plans import Limits
from bot.domain.delivery.routes import CUSTOMER_SERVICE
from bot.spoken_time import ChineseCalendar
from bot.spoken_time.echo import echo, heard

TEMPLATES = Path(__file__).resolve().parents[1] / "templates"
# The one ground an operator may give a coupon on without saying which.
OPEN_TO_ALL = "open_to_all"
CALENDAR = ChineseCalendar()


def commander_of(config: Config) -> Commander:
    """Return what operators command: every command there is, and what they may name."""
    catalogue = speaking.read(TEMPLATES)
    language = "en" if config.app.locale.lower().startswith("en") else "zh"
    commands = Commands.of(list(plugins(*COMMANDS).values()))
    speaker = speaking.Speaker(catalogue, language)
    easel = drawing.Easel(speaker).draw if drawing.available() else None
    return Commander(commands, house_of(config, catalogue), speaker, delivery_policy(config), easel)


def house_of(config: Config, catalogue: speaking.Catalogue) -> House:
    """Return what of the configuration operators may name."""
    stages = {name: name for name in config.stages}
    for name in config.stages:
        stages |= dict.fromkeys(catalogue.get(f"stage:{name}", {}).values(), name)
    replies: dict[str, tuple[str, ...]] = {}
    for route in config.routes.values():
        if route.method == CUSTOMER_SERVICE:
            replies[route.account] = (*replies.get(route.account, ()), route.name)
    return House(
        zone=config.app.zone,
        roles=config.operators.roles,
        rules={name: rule.status.value for name, rule in config.rules.items()},
        campaigns=config.campaigns,
        coupons=config.coupons,
        stages=stages,
        segments=config.segments,
        replies=replies,
        queues={name: queue.operators for name, queue in config.queues.items()},
        test_members=config.operators.test_members,
        basis=OPEN_TO_ALL if OPEN_TO_ALL in config.fairness.basis else "",
        forbidden=config.fairness.forbidden,
        echo=lambda at: echo(at.astimezone(config.app.zone), CALENDAR),
        understand=lambda text, now: heard(text, now, config.app.zone, CALENDAR),
        limits=Limits(
            config.operators.confirm_lasts,
            config.operators.grace,
            config.operators.second_person_members,
            config.operators.second_person_cost,
        ),
    )
