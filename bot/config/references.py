"""Sections that speak of each other: every name must lead somewhere."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from bot.config.activities import check_activities
from bot.config.draft import Draft
from bot.config.kinds import check_event
from bot.config.places import located
from bot.config.problems import Problems
from bot.config.sections.accounts import OfficialAccountSection
from bot.config.sections.delivery import RouteSection
from bot.domain.words import plain

STRONG = 32
DRAWS_KEPT = timedelta(days=730)
RISK = (
    "a gateway that steers an ordinary WeChat account breaks WeChat's rules and may cost the account; "
    "nothing that costs money can be ordered through it"
)
METHODS = {
    "official_account": (
        "reply",
        "customer_service",
        "template_message",
        "subscription_notice",
        "mass",
    ),
    "wecom_app": ("wecom_kf", "wecom_mass", "group"),
    "wecom_archive": (),
    "wecom_aibot": ("group", "direct"),
    "onebot12": ("group", "direct"),
}


def check_references(draft: Draft, home: Path, problems: Problems) -> None:
    """Note every name in `draft` that leads nowhere, and what only a later version can do.

    `home` is the folder of the file, for paths written in it.
    """
    _check_accounts(draft, problems)
    for name, route in draft.routes.items():
        _check_route(f"routes.{name}", name, route, draft, problems)
    _check_words(draft, problems)
    if draft.complaints and draft.complaints.queue not in draft.written["queues"]:
        problems.missing("complaints.queue", "queue", draft.complaints.queue, draft.written["queues"])
    check_activities(draft, problems)
    _check_privacy(draft, problems)
    for name, coupon in draft.coupons.items():
        if coupon.codes_file and not located(coupon.codes_file, home).is_file():
            problems.warning(
                f"coupons.{name}.stock", f'no file "{coupon.codes_file}" yet, so there is no code'
            )
    _check_payments(draft, problems)
    _check_notice(draft, problems)
    for name, item in draft.content.items():
        media = item.media or ""
        if media and "://" not in media and not located(media, home).is_file():
            problems.warning(f"content.{name}.media", f'no file "{media}"')


def _check_notice(draft: Draft, problems: Problems) -> None:
    """Warn of points that would be told of on the day they come."""
    points = draft.points
    if (
        points is not None
        and points.expire
        and points.expire_notice
        and points.expire_notice >= points.expire
    ):
        problems.warning("points.expire_notice", "it is not shorter than expire, so nobody is told")


def _check_payments(draft: Draft, problems: Problems) -> None:
    """Note merchants without an official account, and coupons of a merchant that is not there."""
    accounts = [name for name, one in draft.accounts.items() if isinstance(one, OfficialAccountSection)]
    for name, payment in draft.payments.items():
        if payment.account not in accounts:
            problems.missing(f"payments.{name}.account", "official account", payment.account, accounts)
    for name, coupon in draft.coupons.items():
        if coupon.cash is not None and coupon.cash.payment not in draft.written["payments"]:
            path = f"coupons.{name}.cash.payment"
            problems.missing(path, "payment", coupon.cash.payment, draft.written["payments"])


def _check_accounts(draft: Draft, problems: Problems) -> None:
    """Refuse plaintext where money is handed out, and say what a gateway of one's own risks."""
    for name, gateway in draft.gateways.items():
        if gateway.kind == "onebot12":
            problems.warning(f"accounts.{name}", RISK)
        app = gateway.app if gateway.kind == "wecom_archive" else None
        if app is not None and app not in draft.written["accounts"]:
            problems.missing(f"accounts.{name}.app", "account", app, draft.written["accounts"])
    for name, account in draft.ready_accounts.items():
        if account.mode == "plaintext" and draft.written["coupons"]:
            problems.error(
                f"accounts.{name}.mode",
                "plaintext leaves the message unsigned, so anybody could claim coupons; write encrypted",
            )


def _check_route(path: str, name: str, route: RouteSection, draft: Draft, problems: Problems) -> None:
    """Note an unknown account, method or event, and what the platform does not allow."""
    account = draft.accounts.get(route.account)
    if route.account not in draft.written["accounts"]:
        problems.missing(f"{path}.account", "account", route.account, draft.written["accounts"])
    if account is None:
        return
    method, methods = route.method or name, METHODS[account.kind]
    if method not in methods:
        where = f"{path}.method" if route.method else path
        problems.missing(where, f"method of {account.kind}", method, methods)
    for index, door in enumerate(route.windows):
        check_event(f"{path}.windows[{index}].opened_by", door.opened_by, problems)
    if method == "template_message" and "marketing" in route.purposes:
        problems.error(f"{path}.purposes", "the platform forbids marketing in template messages")
    if method == "mass" and route.personal:
        problems.error(f"{path}.personal", "a mass message is the same for everybody; write personal: false")
    if method == "subscription_notice" and route.needs is None:
        problems.error(f"{path}.needs", "a notice needs a grant each time; write needs: subscription_grant")


def _check_words(draft: Draft, problems: Problems) -> None:
    """Refuse a word with two meanings, marketing without a way out, and marketing without opt-in."""
    taken: dict[str, str] = {}
    for path, word in _words(draft):
        heard = plain(word)
        if not heard:
            problems.error(path, "this word is empty")
        elif heard in taken:
            problems.error(path, f'"{word}" already means {taken[heard]}')
        taken.setdefault(heard, path)
    marketing = draft.consent.get("marketing")
    if marketing is None:
        return
    if marketing.basis != "opt_in":
        problems.error("consent.marketing.basis", "marketing needs a consent of its own; write opt_in")
    if not marketing.withdraw_keywords:
        problems.error(
            "consent.marketing.withdraw_keywords", "members must be able to refuse; write [TD, 退订]"
        )


def _words(draft: Draft) -> Iterator[tuple[str, str]]:
    """Yield every word that is a whole message of a member, with its path."""
    for purpose, rule in draft.consent.items():
        for side in ("grant_keywords", "withdraw_keywords"):
            for index, word in enumerate(getattr(rule, side)):
                yield f"consent.{purpose}.{side}[{index}]", word
    for word in draft.keyword_answers:
        yield f"keyword_answers.{word}", word


def _check_privacy(draft: Draft, problems: Problems) -> None:
    """Refuse keeping what the platform wants erased, and say when keys are weak.

    "开发者收到用户取消关注事件时需要删除该用户的所有信息":
    https://developers.weixin.qq.com/doc/service/Account_Management/Wechat_Accreditation_Event_Push.html
    """
    privacy = draft.privacy
    if privacy is None:
        return
    if privacy.unfollowed == "keep" and draft.ready_accounts:
        problems.error(
            "privacy.unfollowed", "the platform demands that who unfollows is forgotten; write erase"
        )
    if timedelta() < privacy.retention.get("draws", DRAWS_KEPT) < DRAWS_KEPT:
        problems.error(
            "privacy.retention.draws",
            "the record of a prize draw is kept for two years (规范促销行为暂行规定); write 2y or more",
        )
    if privacy.key == privacy.index_key:
        problems.error("privacy.index_key", "this is the same as key; make another")
    for name in ("key", "index_key"):
        if len(getattr(privacy, name)) < STRONG:
            problems.warning(f"privacy.{name}", "this is short; make one with: openssl rand -hex 32")
