"""rules try: what a rule would do with one member from now on; writes nothing."""

from collections.abc import Iterator
from datetime import tzinfo
from typing import Annotated, Any

import typer

from bot.cli.desk import Desk, opened
from bot.cli.documents import plain
from bot.cli.options import DEFAULT, ConfigPath, Json, MemberName, fail, present
from bot.cli.words import say
from bot.config import delivery_policy, rulebook
from bot.config.problems import did_you_mean
from bot.domain.delivery.gates import refuses
from bot.domain.delivery.world import MemberFacts
from bot.domain.errors import NoSuchMember
from bot.domain.identity import number_of
from bot.domain.lifecycle.rehearsal import Line, rehearse
from bot.domain.lifecycle.rule import Rule
from bot.domain.members import Member
from bot.domain.predicate import holds
from storage.snapshots import Wanted, load

NAME = "try"
RuleName = Annotated[str, typer.Argument(metavar="RULE", help="规则名 / the rule")]


def command(rule: RuleName, member: MemberName, config: ConfigPath = DEFAULT, json: Json = False) -> None:
    """拿一位会员试走一条规则，什么都不写入 / walk a rule with one member; writes nothing."""
    with opened(config) as desk:
        book = rulebook(desk.config)
        if rule not in book.rules:
            fail(say("no_such_rule", name=rule) + did_you_mean(rule, list(book.rules)))
        wanted = Wanted(book.moment_kinds, book.moment_window)
        number = desk.member(member)
        found = desk.read(lambda c: load(c, [number], wanted, desk.now, lock=False)).get(number)
        if found is None:
            raise NoSuchMember(say("no_such_member", name=member))
        lasting = {name: batch.valid for name, batch in desk.config.coupons.items()}
        lines = rehearse(book, book.rules[rule], found, desk.now, lasting)
        shown = [_document(line, found, desk) for line in lines]
        head = say("tried", rule=rule, member=number_of(number))
        told = [head, *_doubts(book.rules[rule], found, desk), *_told(shown, desk.config.app.zone, lines)]
        document = {"rule": rule, "member": number_of(number), "lines": shown}
        present(document, told, as_json=json)


def _doubts(rule: Rule, member: Member, desk: Desk) -> Iterator[str]:
    """Say why the member would not even enter, as things stand."""
    if not holds(rule.filter, member, desk.now):
        yield say("try_filtered", rule=rule.name)
    if rule.entry.audience is not None and not holds(rule.entry.audience, member, desk.now):
        yield say("try_outside", rule=rule.name)


def _document(line: Line, member: Member, desk: Desk) -> dict[str, Any]:
    document: dict[str, Any] = {
        "at": line.at.isoformat(), "step": line.step, "what": line.what, "note": line.note, "arm": line.arm,
    }  # fmt: skip
    message = line.message
    if message is not None:
        facts = MemberFacts(
            member.id,
            member.zone,
            consents={purpose: word.granted for purpose, word in member.consents.items()},
            suppressed=member.suppressed,
        )
        stop = refuses(message.purpose, facts, delivery_policy(desk.config), line.at)
        document |= {
            "template": message.template,
            "purpose": message.purpose,
            "via": list(message.via),
            "coupon": message.coupon.batch if message.coupon is not None else None,
            "stopped_by": stop.reason if stop is not None else None,
        }
    shown: dict[str, Any] = plain(document)
    return shown


def _told(shown: list[dict[str, Any]], zone: tzinfo, lines: tuple[Line, ...]) -> Iterator[str]:
    for document, line in zip(shown, lines, strict=True):
        at = f"{line.at.astimezone(zone):%Y-%m-%d %H:%M}"
        if line.message is not None:
            stop = document["stopped_by"]
            mark = say("try_stopped", reason=stop) if stop else ""
            yield f"{at}  {line.step}  → {line.message.template} ({'、'.join(line.message.via)}){mark}"
        elif line.what != "began":
            note = f" · {line.note}" if line.note else ""
            yield f"{at}  {line.step or '—'}  {say(f'try_{line.what}')}{note}"
