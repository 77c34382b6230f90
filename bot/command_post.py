"""What operators command, made from the configuration: every command there is, and what they may name."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from jinja2 import TemplateError

from bot import drawing, speaking
from bot.addresses import library_of
from bot.commanding import Commander, Commands
from bot.config import Config, delivery_policy, rulebook
from bot.discovery import COMMANDS, plugins
from bot.domain.commanding.apart import Foretell, Reload
from bot.domain.commanding.command import House
from bot.domain.commanding.persons import Profile
from bot.domain.commanding.plans import Limits
from bot.domain.content import Text
from bot.domain.content_choice import common_shelf, newest, shelf_scope
from bot.domain.coupons import Coupon, CouponBatch, CouponState
from bot.domain.delivery.routes import CUSTOMER_SERVICE, TALKS
from bot.domain.delivery.windows import openings
from bot.domain.gateways import ONEBOT
from bot.domain.lifecycle.campaign import Campaign
from bot.domain.scope import coupon_scope, scope
from bot.rendering import Renderer
from bot.spoken_time import ChineseCalendar
from bot.spoken_time.echo import echo, heard

TEMPLATES = Path(__file__).resolve().parents[1] / "templates"
# The one ground an operator may give a coupon on without saying which.
OPEN_TO_ALL = "open_to_all"
CALENDAR = ChineseCalendar()
# What stands in a preview for a code that nobody has yet.
NO_CODE = "XXXXXXXXXXXX"
Upcoming = Callable[[datetime, datetime], Sequence[tuple[datetime, str]]]


def commander_of(
    config: Config, renderer: Renderer, upcoming: Upcoming, foretell: Foretell, reload: Reload | None = None
) -> Commander:
    """Return what operators command.

    `upcoming` gives the campaigns' firings between two moments, `foretell` makes forecasts, `reload` reads
    the file again.
    """
    catalogue = speaking.read(TEMPLATES)
    language = "en" if config.app.locale.lower().startswith("en") else "zh"
    commands = Commands.of(list(plugins(*COMMANDS).values()))
    speaker = speaking.Speaker(catalogue, language)
    easel = drawing.Easel(speaker).draw if drawing.available() else None
    house = replace(house_of(config, catalogue, renderer, upcoming), foretell=foretell, reload=reload)
    return Commander(commands, house, speaker, delivery_policy(config), easel)


def house_of(config: Config, catalogue: speaking.Catalogue, renderer: Renderer, upcoming: Upcoming) -> House:
    """Return what of the configuration operators may name."""
    replies: dict[str, tuple[str, ...]] = {}
    for route in config.routes.values():
        if route.method in TALKS:
            replies[route.account] = (*replies.get(route.account, ()), route.name)
    return House(
        zone=config.app.zone,
        roles=config.operators.roles,
        rules={name: rule.status.value for name, rule in config.rules.items()},
        campaigns=config.campaigns,
        coupons=config.coupons,
        stages=_stages(config, catalogue),
        segments=config.segments,
        tags=frozenset({*config.tag_keywords, *config.sources.values()}),
        replies=replies,
        queues={name: queue.operators for name, queue in config.queues.items()},
        activities=config.activities,
        book=rulebook(config),
        doors=openings(config.routes),
        test_members=config.operators.test_members,
        pictured=frozenset(
            route.account for route in config.routes.values() if route.method == CUSTOMER_SERVICE
        ),
        doubtful=frozenset(name for name, one in config.gateways.items() if one.kind == ONEBOT),
        basis=OPEN_TO_ALL if OPEN_TO_ALL in config.fairness.basis else "",
        forbidden=config.fairness.forbidden,
        upcoming=upcoming,
        preview=lambda campaign, profile, now: _worded(config, renderer, campaign, profile, now),
        echo=lambda at: echo(at.astimezone(config.app.zone), CALENDAR),
        understand=lambda text, now: heard(text, now, config.app.zone, CALENDAR),
        limits=Limits(
            config.operators.confirm_lasts,
            config.operators.grace,
            config.operators.second_person_members,
            config.operators.second_person_cost,
        ),
    )


def _stages(config: Config, catalogue: speaking.Catalogue) -> dict[str, str]:
    stages = {name: name for name in config.stages}
    for name in config.stages:
        stages |= dict.fromkeys(catalogue.get(f"stage:{name}", {}).values(), name)
    return stages


def _worded(config: Config, renderer: Renderer, campaign: Campaign, profile: Profile, now: datetime) -> str:
    """Return a campaign's words for a member by its first route, empty when they cannot be worded."""
    saying = campaign.saying
    batch = config.coupons.get(saying.coupon)
    shown = None
    if batch is not None:
        coupon = None if saying.claim_keyword else _coupon(batch, profile.member_id, now)
        shown = coupon_scope(batch, lambda code: code, coupon, saying.claim_keyword)
    method = config.routes[saying.via[0]].method if saying.via else ""
    values = scope(profile.member_id, profile, shown, {}, "")
    library = library_of(config, renderer)
    shelf = common_shelf(library, saying.template, "", newest(library, (), now))
    values |= shelf_scope(library, saying.template, shelf)
    try:
        content = renderer.render(saying.template, method, values)
    except (TemplateError, TypeError, ValueError, LookupError):
        return ""
    return content.text if isinstance(content, Text) else repr(content)


def _coupon(batch: CouponBatch, member_id: int, now: datetime) -> Coupon:
    return Coupon(NO_CODE, batch.name, member_id, CouponState.ISSUED, now + batch.valid)
