"""What waits to be said in groups, said: claimed, worded, handed to its channel, recorded."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.domain.channel import Accepted, Channel, Delivery
from bot.domain.clock import Clock
from bot.domain.content import Text
from bot.domain.delivery.reasons import Reason
from bot.domain.delivery.routes import GROUP
from bot.domain.errors import OutcomeUnknown, SendError, TryLater
from bot.domain.group_posts import GroupPost, Manners
from bot.domain.identity import split
from bot.domain.outbox import OutboxState
from bot.rendering import Renderer
from storage import group_posts, groups, switches
from storage.database import Connection, Database

RETRY = timedelta(seconds=30)

log = structlog.get_logger("groups")


@dataclass(frozen=True, slots=True)
class Poster:
    """A pass of the heart. `manners` are those of each account whose groups may be spoken in."""

    database: Database
    renderer: Renderer
    channels: Mapping[str, Channel]
    manners: Mapping[str, Manners]
    clock: Clock

    def look(self, c: Connection) -> datetime | None:
        """Return when there is something to say next."""
        return group_posts.next_due(c, sorted(self.manners)) if self.manners else None

    async def run(self, now: datetime) -> int:
        """Say what is due; return how much was said."""
        said = 0
        for account, manners in self.manners.items():
            claim = partial(_claim, account=account, manners=manners, now=now)
            claimed, names = await self.database.write(claim)
            for post in claimed:
                await self._say(account, post, names.get(post.group, ""))
            said += len(claimed)
        return said

    async def _say(self, account: str, post: GroupPost, name: str) -> None:
        content = self._worded(post, name)
        if content is None:
            await self._finish(post, OutboxState.FAILED, reason=Reason.UNRENDERABLE)
            return
        channel = self.channels.get(account)
        if channel is None:
            await self._finish(post, OutboxState.FAILED, reason=Reason.NO_CHANNEL)
            return
        delivery = Delivery(GROUP, (split(post.group)[1],), content, post.key)
        try:
            accepted = await channel.send(delivery)
        except TryLater as error:
            until = max(error.retry_at, self.clock.now() + RETRY)
            put_off = partial(group_posts.put_off, post_id=post.id, until=until, reason=error.reason)
            await self.database.write(put_off)
        except OutcomeUnknown as error:
            await self._finish(post, OutboxState.UNKNOWN, reason=error.reason)
        except SendError as error:
            await self._finish(post, OutboxState.FAILED, reason=error.reason)
        except Exception:  # nobody can say whether the call had its effect
            log.exception("post_failed", group=post.group)
            await self._finish(post, OutboxState.UNKNOWN, reason=Reason.DOUBTFUL)
        else:
            await self._said(post, content, accepted)

    def _worded(self, post: GroupPost, name: str) -> Text | None:
        values = {"event": {**post.context, "count": post.size, "group": name}}
        try:
            content = self.renderer.render(post.template, GROUP, values, personalised=False)
        except Exception:  # a template's fault must not stop what else is to be said
            log.exception("post_not_rendered", template=post.template)
            return None
        return content if isinstance(content, Text) else None

    async def _said(self, post: GroupPost, content: Text, accepted: Accepted) -> None:
        waits = accepted.detail.get("receipt", "")
        await self._finish(
            post, OutboxState.SENT, reason=waits, text=content.text, platform_id=accepted.platform_id
        )

    async def _finish(
        self, post: GroupPost, state: OutboxState, *, reason: str = "", text: str = "", platform_id: str = ""
    ) -> None:
        now = self.clock.now()
        await self.database.write(
            lambda c: group_posts.finish(
                c, post.id, state, now, reason=reason, text=text, platform_id=platform_id
            )
        )


def _claim(
    c: Connection, account: str, manners: Manners, now: datetime
) -> tuple[list[GroupPost], dict[str, str]]:
    if switches.stopped(c):
        return [], {}
    claimed = group_posts.claim(c, account, manners, now)
    found = groups.find(c, {post.group for post in claimed})
    return claimed, {known_as: one.name for known_as, one in found.items()}
