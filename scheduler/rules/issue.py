"""issue: gives the member a coupon without a message."""

from dataclasses import dataclass

from bot.domain.effects import IssueCoupon
from bot.domain.lifecycle.kinds import Fields, StepKind
from bot.domain.lifecycle.program import Action, Answer, Go, Here


@dataclass(frozen=True, slots=True)
class Issue(Action):
    """Give a coupon of a batch, once a round."""

    batch: str
    basis: str = ""

    def begin(self, here: Here) -> Answer:
        """Order the coupon; storage refuses when the stock or the member's share is used up."""
        return Go(effects=(IssueCoupon(here.member.id, self.batch, self.basis, here.key, here.now),))


def read(fields: Fields) -> Issue:
    """Return the step as the file states it."""
    inside = fields.inside("issue")
    return Issue(inside.reference("coupon", "coupon"), inside.text("basis", ""))


RULE_KIND = StepKind("issue", read)
