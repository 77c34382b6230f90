"""The file section by section: each typed on its own, so that one mistake does not hide the others."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.config.document import Plain
from bot.config.problems import Problems, did_you_mean
from bot.config.reader import Reader
from bot.config.sections.accounts import AccountSection, OfficialAccountSection
from bot.config.sections.activities import ActivitiesSection
from bot.config.sections.content import ItemSection
from bot.config.sections.coupons import CouponSection
from bot.config.sections.delivery import (
    CapSection,
    ConsentPurpose,
    ConsentSection,
    FairnessSection,
    HoldoutSection,
    QuietSection,
    RouteSection,
)
from bot.config.sections.fields import Template, Text
from bot.config.sections.gateways import (
    OneBotSection,
    WecomAibotSection,
    WecomAppSection,
    WecomArchiveSection,
)
from bot.config.sections.payments import PaymentSection
from bot.config.sections.play.points import PointsSection
from bot.config.sections.service import (
    AlertsSection,
    ComplaintsSection,
    GroupsSection,
    OperatorsSection,
    PrivacySection,
    QueueSection,
    TagsSection,
)
from bot.config.sections.shop import (
    AppSection,
    ServerSection,
    StorageSection,
    TemplatesSection,
    WebhooksSection,
)

Gateway = WecomAppSection | WecomArchiveSection | WecomAibotSection | OneBotSection
REQUIRED = ("version", "app", "server", "storage", "accounts", "routes", "privacy")
# Sections whose entries are named elsewhere.
NAMED = ("accounts", "routes", "queues", "coupons", "payments")
OPTIONAL = (
    "templates",
    "webhooks",
    "consent",
    "frequency_caps",
    "quiet_hours",
    "holdout",
    "fairness",
    "tags",
    "keyword_answers",
    "complaints",
    "queues",
    "alerts",
    "groups",
    "stages",
    "segments",
    "coupons",
    "payments",
    "content",
    "rules",
    "campaigns",
    "activities",
    "points",
    "operators",
)


@dataclass(frozen=True, slots=True)
class Draft:
    """Every section that could be read. `stages` to `campaigns` stay plain: others read them.

    `written` has the names that stand in a section, those of wrong entries too: such an entry is one
    mistake, and not another one wherever it's named.
    """

    app: AppSection | None
    server: ServerSection | None
    storage: StorageSection | None
    templates: TemplatesSection | None
    accounts: dict[str, AccountSection]
    webhooks: WebhooksSection | None
    routes: dict[str, RouteSection]
    consent: dict[str, ConsentSection]
    caps: list[CapSection]
    quiet: QuietSection | None
    holdout: HoldoutSection | None
    fairness: FairnessSection | None
    tags: TagsSection | None
    keyword_answers: dict[str, str]
    complaints: ComplaintsSection | None
    queues: dict[str, QueueSection]
    alerts: AlertsSection | None
    groups: GroupsSection | None
    coupons: dict[str, CouponSection]
    payments: dict[str, PaymentSection]
    content: dict[str, ItemSection]
    activities: ActivitiesSection | None
    points: PointsSection | None
    operators: OperatorsSection | None
    privacy: PrivacySection | None
    stages: dict[str, Plain] = field(default_factory=dict)
    segments: dict[str, Plain] = field(default_factory=dict)
    rules: dict[str, Plain] = field(default_factory=dict)
    campaigns: dict[str, Plain] = field(default_factory=dict)
    written: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    platform_templates: tuple[str, ...] = ()

    @property
    def ready_accounts(self) -> dict[str, OfficialAccountSection]:
        """Return the accounts that are enabled and of a kind that works already."""
        return {
            name: account
            for name, account in self.accounts.items()
            if isinstance(account, OfficialAccountSection) and account.enabled
        }

    @property
    def gateways(self) -> dict[str, Gateway]:
        """Return the other accounts that are enabled."""
        return {
            name: account
            for name, account in self.accounts.items()
            if not isinstance(account, OfficialAccountSection) and account.enabled
        }


def drafted(body: Mapping[str, Plain], problems: Problems) -> Draft:
    """Return the sections of `body`; unknown and missing ones are problems."""
    _check_keys(body, problems)
    read = Reader(body, problems)
    return Draft(
        app=read.section(AppSection, "app"),
        server=read.section(ServerSection, "server"),
        storage=read.section(StorageSection, "storage"),
        templates=read.section(TemplatesSection, "templates"),
        accounts=read.accounts(),
        webhooks=read.section(WebhooksSection, "webhooks"),
        routes=read.entries(RouteSection, "routes"),
        consent=read.entries(ConsentSection, "consent", ConsentPurpose),
        caps=read.caps(),
        quiet=read.section(QuietSection, "quiet_hours"),
        holdout=read.section(HoldoutSection, "holdout"),
        fairness=read.section(FairnessSection, "fairness"),
        tags=read.section(TagsSection, "tags"),
        keyword_answers=read.entries(Template, "keyword_answers", Text),
        complaints=read.section(ComplaintsSection, "complaints"),
        queues=read.entries(QueueSection, "queues"),
        alerts=read.section(AlertsSection, "alerts"),
        groups=read.section(GroupsSection, "groups"),
        coupons=read.entries(CouponSection, "coupons"),
        payments=read.entries(PaymentSection, "payments"),
        content=read.entries(ItemSection, "content"),
        activities=read.section(ActivitiesSection, "activities"),
        points=read.section(PointsSection, "points"),
        operators=read.section(OperatorsSection, "operators"),
        privacy=read.section(PrivacySection, "privacy"),
        stages=read.pairs("stages"),
        segments=read.pairs("segments"),
        rules=read.pairs("rules"),
        campaigns=read.pairs("campaigns"),
        written={key: read.written(key) for key in NAMED},
        platform_templates=read.platform_templates(),
    )


def _check_keys(body: Mapping[str, Plain], problems: Problems) -> None:
    """Note unknown and missing sections, and another version."""
    for key in body:
        if key not in REQUIRED and key not in OPTIONAL:
            problems.error(key, f"unknown key{did_you_mean(key, (*REQUIRED, *OPTIONAL))}")
    for key in REQUIRED:
        if key not in body:
            problems.error(key, "this is required")
    if body.get("version", 1) != 1 or isinstance(body.get("version"), bool | float):
        problems.error("version", "this program reads version 1")
