"""The channels of a configuration, each made from the settings of its account."""

import secrets
from collections.abc import Callable, Mapping
from functools import partial

import aiohttp

from bot.channels.official_account import OfficialAccount
from bot.channels.onebot12 import OneBot
from bot.channels.wecom_aibot import Aibot
from bot.channels.wecom_app import WecomApp
from bot.channels.wecom_archive import WecomArchive
from bot.config import Config
from bot.domain.account import AccountSettings
from bot.domain.channel import Channel
from bot.domain.clock import Clock
from bot.domain.content import Text
from bot.domain.delivery.routes import WECOM_KF
from bot.domain.gateways import (
    WECOM_APP,
    GatewaySettings,
    OneBotSettings,
    WecomAibotSettings,
    WecomAppSettings,
    WecomArchiveSettings,
)
from bot.domain.payments import CouponIssuer, PaymentSettings
from bot.paying.wechat_pay import WechatPay
from bot.rendering import Renderer
from storage.database import Database
from storage.media import SqlMedia
from storage.tokens import SqlTokens

CONTACT_WELCOME = "contacts/welcome"


def channel_maker(
    config: Config, calls: aiohttp.ClientSession, database: Database, clock: Clock
) -> Callable[[AccountSettings], OfficialAccount]:
    """Return what connects an account; tokens and uploads are kept in the database."""
    elsewhere = any(one.kind == WECOM_APP for one in config.gateways.values())
    tokens, media = SqlTokens(database, config.privacy.key.encode()), SqlMedia(database)

    def connected(account: AccountSettings) -> OfficialAccount:
        return OfficialAccount(
            account, calls, tokens, clock, lambda: secrets.token_hex(16), media, curious=elsewhere
        )

    return connected


def issuer_maker(calls: aiohttp.ClientSession, clock: Clock) -> Callable[[PaymentSettings], CouponIssuer]:
    """Return what asks a merchant's house for coupons."""
    return lambda settings: WechatPay(settings, calls, clock, lambda: secrets.token_hex(16))


def gateway_maker(
    config: Config, calls: aiohttp.ClientSession, database: Database, clock: Clock, renderer: Renderer
) -> Callable[[GatewaySettings], Channel]:
    """Return what connects an account that is no official account."""
    tokens = SqlTokens(database, config.privacy.key.encode())

    def connected(settings: GatewaySettings) -> Channel:
        match settings:
            case OneBotSettings():
                return OneBot(settings, calls, clock, lambda: secrets.token_hex(16))
            case WecomAibotSettings():
                return Aibot(settings, calls, clock, lambda: secrets.token_hex(16))
            case WecomAppSettings():
                return WecomApp(settings, calls, tokens, clock, partial(greeting, renderer))
            case WecomArchiveSettings():
                return WecomArchive(settings, calls)
        raise ValueError(f"{settings.kind}: no channel of this kind")

    return connected


def introduce(channels: Mapping[str, Channel]) -> None:
    """Let the corp's app, which is told of news in the archive, wake whoever reads it."""
    archives = [one for one in channels.values() if isinstance(one, WecomArchive)]

    def wake() -> None:
        for archive in archives:
            archive.wake()

    for one in channels.values():
        if isinstance(one, WecomApp):
            one.on_archive = wake


def greeting(renderer: Renderer) -> str:
    """Return what a new contact of an employee is greeted with, nothing where no message says it."""
    if CONTACT_WELCOME not in renderer.families():
        return ""
    content = renderer.render(CONTACT_WELCOME, WECOM_KF, {}, personalised=False)
    return content.text if isinstance(content, Text) else ""
