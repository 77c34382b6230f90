"""One replicate: everybody lives on, and the rules, the gates and the routes do what they do."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from bot.domain import effects as fx
from bot.domain import programs
from bot.domain.conditions import RfmIs
from bot.domain.delivery.gates import program_of
from bot.domain.delivery.reasons import Reason
from bot.domain.delivery.routes import REPLY
from bot.domain.events import COUPON_ISSUED, ORDER_PAID, OWN_ACTS, InboundEvent
from bot.domain.explanation import clauses
from bot.domain.forecast.present import Present
from bot.domain.forecast.series import DROPPED
from bot.domain.members import Holding
from bot.domain.predicate import holds
from bot.domain.replies import choose
from bot.hearing import MAX_DEPTH, follow
from bot.turns import event_of
from scheduler.forecast.agenda import Agenda
from scheduler.forecast.behaviour import Behaviour
from scheduler.forecast.being import NEVER, Being, Row
from scheduler.forecast.carrying import Carrier
from scheduler.forecast.census import Census
from scheduler.forecast.house import Firing, House
from scheduler.forecast.living import Living
from scheduler.forecast.office import Office
from scheduler.forecast.pieces import DAY
from scheduler.forecast.post import Post
from scheduler.forecast.scores import next_night, rescore
from scheduler.forecast.stock import Coupons
from scheduler.lifecycle import look_at
from storage.world import counted_since


class Simulation:
    """Plays the coming days once."""

    def __init__(self, house: House, present: Present, behaviour: Behaviour, rng: Random) -> None:
        """Take everybody as they stand."""
        self._house, self._present, self._now = house, present, present.now
        self._payers: dict[int, Being] = {}
        self._agenda = Agenda(present.now, present.now + timedelta(days=house.days))
        self.census = Census(present.now, house.days, house.zone)
        coupons = Coupons(house.coupons, present.stocks, self.census)
        self._living = Living(self._agenda, behaviour, rng, coupons, house.answering, self._hear)
        office = Office(
            policy=house.policy,
            programs={**house.policy.programs, **present.plans},
            switches=present.switches,
            failing=present.failing,
            since=lambda now: counted_since(house.policy, now),
            coupons=coupons,
            census=self.census,
            agenda=self._agenda,
            rng=rng,
            reached=self._reached,
            library=house.library,
        )
        self._post = Post(office)
        self._carrier = Carrier(self._post, coupons, self.census, self._living.got)

    def run(self) -> Census:
        """Play, and return what was counted."""
        house, now = self._house, self._present.now
        beings = [Being.of(place) for place in self._present.places]
        midnight = _next_midnight(now, house.zone)
        self._living.begin(beings, self._present.last_id, now, midnight)
        for firing in house.firings:
            self._agenda.put(firing.at, self._fire, firing)
        if any(isinstance(leaf, RfmIs) for one in house.book.conditions for leaf in clauses(one)):
            self._agenda.put(next_night(now, midnight), self._score)
        self._payers = {one.member.id: one for one in beings if ORDER_PAID in one.member.tallies}
        for being in beings:
            self._settle(being)
        while (upcoming := self._agenda.take()) is not None:
            self._now, act, given = upcoming
            act(*given, self._now)
        self._close()
        return self.census

    # --- what happens ---

    def _hear(self, being: Being, event: InboundEvent) -> None:
        now = self._now
        caused: list[fx.Effect] = []
        pending = [event]
        acted = False
        for _ in range(MAX_DEPTH):
            following: list[InboundEvent] = []
            for one in pending:
                found = follow(self._house.decide, one, being.member, now)
                being.member = found.member
                for each in found.events:
                    acted = acted or each.kind in OWN_ACTS
                    if each.kind == ORDER_PAID:
                        self._payers[being.member.id] = being
                outcome = self._carrier.carry(being, found.effects, now)
                caused += [*found.effects, *outcome]
                following += [event_of(each, event) for each in outcome if isinstance(each, fx.Emit)]
            pending = following
            if not pending:
                break
        if event.can_reply and not being.gone:
            self._reply(being, caused)
        self._settle(being)
        self._living.lived(being, now, acted=acted)

    def _reply(self, being: Being, caused: Sequence[fx.Effect]) -> None:
        """Let a rule answer the callback, unless something else does."""
        if choose([one for one in caused if isinstance(one, fx.Reply)]) is not None:
            return
        messages = [
            one.message
            for one in caused
            if isinstance(one, fx.QueueMessage) and one.message.is_answer and REPLY in one.message.via
        ]
        for message in sorted(messages, key=lambda one: (-one.priority, one.key)):
            if self._post.answer(being, message, self._now):
                return

    def _look(self, being: Being, now: datetime) -> None:
        if being.look_at != now or being.gone:
            return
        being.look_at = NEVER
        turn = look_at(self._house.book, being.member, being.states, now)
        being.member = turn.member
        outcome = self._carrier.carry(being, turn.effects, now)
        for each in outcome:
            if isinstance(each, fx.Emit):
                self._living.announce(being, each.kind, each.properties, now)
        being.settle_states()
        self._settle(being)
        self._living.lived(being, now, acted=False)

    def _send(self, being: Being, now: datetime) -> None:
        if being.send_at == now and not being.gone:
            being.send_at = NEVER
            self._post.run(being, now)
            self._settle(being)

    def _reached(self, being: Being, row: Row, route: str, coupon: Holding | None, now: datetime) -> None:
        """Let what was just sent have its effect: the coupon in hand, and what the member does next."""
        if coupon is not None:
            self._living.announce(being, COUPON_ISSUED, {"coupon": coupon.batch}, now)
            self._living.got(being, coupon, now)
        if route != REPLY:
            self._living.reached(being, row, program_of(row.message), now)
        self._settle(being)

    def _fire(self, firing: Firing, now: datetime) -> None:
        for being in self._living.beings:
            if not being.gone and holds(firing.campaign.audience, being.member, now):
                message = firing.for_member(being.member.id)
                if message is None:
                    program, day = programs.of_campaign(firing.campaign.name), self.census.day(now)
                    self.census.note(DROPPED, program, Reason.HOLDOUT, day)
                    continue
                self._post.queue(being, message)
                self._settle(being)

    def _score(self, now: datetime) -> None:
        for being in rescore(self._payers.values(), now):
            self._settle(being)
        self._agenda.put(now + DAY, self._score)

    def _settle(self, being: Being) -> None:
        """Put the member's next look and next message into the agenda."""
        if being.gone:
            return
        look, send = max(being.next_look, self._now), max(being.next_send, self._now)
        if look < being.look_at:
            being.look_at = look
            self._agenda.put(look, self._look, being)
        if send < being.send_at:
            being.send_at = send
            self._agenda.put(send, self._send, being)

    def _close(self) -> None:
        for being in self._living.beings:
            if not being.gone:
                stage = being.member.stage
                self.census.stages[stage] = self.census.stages.get(stage, 0) + 1
                self._post.close(being, self._now)


def _next_midnight(now: datetime, zone: ZoneInfo) -> datetime:
    day = now.astimezone(zone).date() + timedelta(days=1)
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(now.tzinfo)
