"""What each part of the program needs of the configuration, in the part's own words."""

from bot.config.model import Config
from bot.domain import programs
from bot.domain.delivery.policy import MARKETING, DeliveryPolicy, ProgramGate
from bot.domain.delivery.routes import CUSTOMER_SERVICE, GROUP, SUBSCRIPTION_NOTICE, TALKS
from bot.domain.explanation import facts_of
from bot.domain.gateways import ONEBOT
from bot.domain.group_posts import Manners
from bot.domain.handling import ConsentWords, Settings
from bot.domain.lifecycle.campaign import Campaign
from bot.domain.lifecycle.rule import EVERYBODY, Rule, Status
from bot.domain.lifecycle.rulebook import Rulebook
from bot.domain.words import plain

# What members may always write, unless the configuration gives it another meaning.
STOP = ("退订",)
RESUME = ("恢复订阅",)


def handler_settings(config: Config) -> Settings:
    """Return what handlers read. `subscription_names` goes from the platform's template id to our name."""
    noticing = [route for route in config.routes.values() if route.method == SUBSCRIPTION_NOTICE]
    names = {
        platform_id: name
        for route in noticing
        for name, platform_id in config.accounts[route.account].subscription_templates.items()
    }
    return Settings(
        consents=_consent_words(config),
        tag_keywords=config.tag_keywords,
        sources=config.sources,
        keyword_answers=config.keyword_answers,
        complaint_words=config.complaints.keywords if config.complaints else (),
        complaint_queue=config.complaints.queue if config.complaints else "",
        claims=config.claims,
        coupons=config.coupons,
        subscription_route=noticing[0].name if noticing else "",
        subscription_names=names,
        human_queue=human_queue(config),
        group_welcome=config.groups.welcome,
        speaking_accounts=frozenset(one.account for one in config.routes.values() if one.method == GROUP),
        doubtful_accounts=frozenset(name for name, one in config.gateways.items() if one.kind == ONEBOT),
        erase_on_unfollow=config.privacy.erase_on_unfollow,
        activities=config.activities,
        points=config.points,
        zone=config.app.zone.key,
        ways=tuple(route.name for route in config.routes.values() if route.method in TALKS),
        pictured=_pictured(config),
    )


def _pictured(config: Config) -> dict[str, tuple[str, ...]]:
    """Return by which routes each account can show a picture."""
    found: dict[str, tuple[str, ...]] = {}
    for route in config.routes.values():
        if route.method == CUSTOMER_SERVICE:
            found[route.account] = (*found.get(route.account, ()), route.name)
    return found


def _consent_words(config: Config) -> tuple[ConsentWords, ...]:
    """Return the words of each purpose; those that everybody knows for marketing need not be written."""
    taken = {
        plain(word)
        for rule in config.consent.values()
        for word in (*rule.grant_keywords, *rule.withdraw_keywords)
    }
    found = []
    for rule in config.consent.values():
        grant, withdraw = rule.grant_keywords, rule.withdraw_keywords
        if rule.purpose == MARKETING:
            grant += tuple(word for word in RESUME if plain(word) not in taken)
            withdraw += tuple(word for word in STOP if plain(word) not in taken)
        if grant or withdraw:
            found.append(ConsentWords(rule.purpose, grant, withdraw, rule.notice))
    return tuple(found)


def manners(config: Config) -> dict[str, Manners]:
    """Return how we behave in the groups of each account in whose groups we may speak."""
    return {
        route.account: Manners(config.app.zone, config.quiet, route.quota, config.groups.cool_down)
        for route in config.routes.values()
        if route.method == GROUP
    }


def human_queue(config: Config) -> str:
    """Return the queue for members who ask for a person: that of complaints, else the first."""
    return config.complaints.queue if config.complaints else next(iter(config.queues), "")


def delivery_policy(config: Config) -> DeliveryPolicy:
    """Return what the gates and routes read."""
    gates = {programs.of_rule(name): _rule_gate(rule) for name, rule in config.rules.items()}
    gates |= {programs.of_campaign(name): _campaign_gate(each) for name, each in config.campaigns.items()}
    return DeliveryPolicy(
        routes=config.routes,
        zone=config.app.zone.key,
        consent=config.consent,
        caps=config.caps,
        quiet=config.quiet,
        holdout=config.holdout,
        fairness=config.fairness,
        rates=config.rates,
        programs=gates,
        unreachable_queue=human_queue(config),
    )


def _rule_gate(rule: Rule) -> ProgramGate:
    """Return what a rule demands again when a message leaves."""
    read = [rule.filter, *rule.program.conditions]
    if rule.entry.audience is not None:
        read.append(rule.entry.audience)
    return ProgramGate(
        live=rule.status is Status.LIVE,
        filter=None if rule.filter == EVERYBODY else rule.filter,
        exits=rule.exit_conditions,
        whens={step.id: step.when for step in rule.program.steps.values() if step.when is not None},
        reads=facts_of(read),
    )


def _campaign_gate(campaign: Campaign) -> ProgramGate:
    """Return what a campaign demands again when a message leaves."""
    audience = campaign.audience
    return ProgramGate(
        live=campaign.status is Status.LIVE,
        filter=None if audience == EVERYBODY else audience,
        reads=facts_of([audience]),
    )


def rulebook(config: Config) -> Rulebook:
    """Return what the rules need to decide."""
    audiences = tuple(each.audience for each in config.campaigns.values())
    return Rulebook(
        config.rules, config.stages, config.segments, config.app.zone, audiences, earlier=config.earlier
    )
