"""The frozen configuration out of sections that are known to be right."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from bot.config.claims import claim_offers
from bot.config.draft import Draft
from bot.config.model import Alerts, Config, GroupLife, Operators
from bot.config.places import located
from bot.config.programs import Programs
from bot.config.sections.content import newest_first
from bot.config.sections.gateways import WecomAibotSection, WecomAppSection
from bot.domain.activities import Activities, Points
from bot.domain.delivery.policy import Fairness
from bot.domain.delivery.routes import DIRECT, Rate, RouteRule
from bot.domain.gateways import GatewaySettings, WecomArchiveSettings
from bot.domain.payments import PaymentSettings

Section = TypeVar("Section")
DEFAULT_TEMPLATES = ("templates",)


def built(draft: Draft, programs: Programs, home: Path, digest: str) -> Config:
    """Return the configuration; `home` is the folder of the file, for paths written in it."""
    accounts = draft.ready_accounts
    tags = draft.tags
    return Config(
        app=_sure(draft.app).built(),
        server=_sure(draft.server).built(),
        storage_url=_sure(draft.storage).url,
        template_paths=template_paths(draft, home),
        accounts={name: account.built(name) for name, account in accounts.items()},
        gateways=_gateways(draft),
        rates=_rates(draft),
        webhook_secrets=tuple(draft.webhooks.secrets) if draft.webhooks else (),
        routes=_routes(draft),
        consent={purpose: rule.built(purpose) for purpose, rule in draft.consent.items()},
        caps=tuple(cap.built() for cap in draft.caps),
        quiet=draft.quiet.built() if draft.quiet else None,
        holdout=draft.holdout.built() if draft.holdout else None,
        fairness=draft.fairness.built() if draft.fairness else Fairness(),
        tag_keywords=_words(tags.keywords) if tags else {},
        sources=tags.sources if tags else {},
        keyword_answers=draft.keyword_answers,
        complaints=draft.complaints.built() if draft.complaints else None,
        queues={name: queue.built() for name, queue in draft.queues.items()},
        alerts=draft.alerts.built() if draft.alerts else Alerts(),
        groups=draft.groups.built() if draft.groups else GroupLife(),
        stages=programs.stages,
        segments=programs.segments,
        coupons={name: coupon.built(name, home) for name, coupon in draft.coupons.items()},
        payments=_payments(draft),
        content=newest_first(draft.content, _sure(draft.app).timezone),
        rules=programs.rules,
        campaigns=programs.campaigns,
        claims=claim_offers(programs.gifts, programs.rules),
        activities=_activities(draft),
        points=draft.points.built() if draft.points else Points(),
        operators=draft.operators.built() if draft.operators else Operators(),
        privacy=_sure(draft.privacy).built(),
        digest=digest,
    )


def _activities(draft: Draft) -> Activities:
    """Return what members can do in chat; days are those of the shop."""
    return draft.activities.built(_sure(draft.app).timezone) if draft.activities else Activities()


def _payments(draft: Draft) -> dict[str, PaymentSettings]:
    """Return the merchants whose account is connected."""
    accounts = draft.ready_accounts
    return {
        name: payment.built(name, accounts[payment.account].app_id)
        for name, payment in draft.payments.items()
        if payment.account in accounts
    }


def _gateways(draft: Draft) -> dict[str, GatewaySettings]:
    """Return the other accounts; an archive belongs to the app that it names, or to the only one."""
    apps = [name for name, one in draft.gateways.items() if isinstance(one, WecomAppSection)]
    found: dict[str, GatewaySettings] = {}
    for name, one in draft.gateways.items():
        settings = one.built(name)
        if isinstance(settings, WecomArchiveSettings) and not settings.app and len(apps) == 1:
            settings = replace(settings, app=apps[0])
        found[name] = settings
    return found


def _routes(draft: Draft) -> dict[str, RouteRule]:
    """Return the routes through accounts that are connected."""
    connected = {*draft.ready_accounts, *draft.gateways}
    found = {name: one.built(name) for name, one in draft.routes.items() if one.account in connected}
    return {**_own_ways(draft, found), **found}


def _own_ways(draft: Draft, routes: Mapping[str, RouteRule]) -> dict[str, RouteRule]:
    """Return a way back to those who speak to a robot, where the file names none: free and always open."""
    robots = [name for name, one in draft.gateways.items() if isinstance(one, WecomAibotSection)]
    led = {one.account for one in routes.values() if one.method == DIRECT}
    return {
        f"{name}_direct": RouteRule(f"{name}_direct", DIRECT, name, purposes=frozenset({"service"}))
        for name in robots
        if name not in led
    }


def _rates(draft: Draft) -> dict[str, Rate]:
    """Return the rate of each account whose platform counts calls."""
    rated = {name: one.rate for name, one in draft.gateways.items() if isinstance(one, WecomAppSection)}
    return {name: account.rate for name, account in draft.ready_accounts.items()} | rated


def template_paths(draft: Draft, home: Path) -> tuple[Path, ...]:
    """Return the folders of messages, in order of search."""
    written = draft.templates.path if draft.templates else DEFAULT_TEMPLATES
    return tuple(located(path, home) for path in written)


def _words(keywords: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    """Return the words of each tag."""
    return {tag: tuple(words) for tag, words in keywords.items()}


def _sure(section: Section | None) -> Section:
    """Return a section that must be there, since its absence would have been a problem."""
    if section is None:
        raise AssertionError("a required section is missing and no problem says so")
    return section
