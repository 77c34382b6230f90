"""Consent: following is not one, and who refuses personal text gets the text for everybody."""

from bot.domain.delivery.policy import MARKETING, PERSONALISED, ConsentRule, DeliveryPolicy
from bot.domain.delivery.reasons import Reason
from bot.domain.delivery.verdict import Drop
from bot.domain.delivery.world import MemberFacts

_OPT_IN = ConsentRule(MARKETING, "opt_in")
_CONTRACT = ConsentRule("", "contract")


def missing_consent(purpose: str, member: MemberFacts, policy: DeliveryPolicy) -> Drop | None:
    """Return what is missing for this purpose, None when nothing is."""
    said = member.consents.get(purpose)
    if said is False:
        return Drop(Reason.CONSENT_WITHDRAWN)
    # Marketing needs a grant even where the file says nothing.
    rule = policy.consent.get(purpose, _OPT_IN if purpose == MARKETING else _CONTRACT)
    if rule.basis == "opt_in" and said is not True:
        return Drop(Reason.NO_CONSENT)
    about_person = policy.consent.get(PERSONALISED)
    if about_person is None or about_person.fallback or personalised(purpose, member, policy):
        return None
    return Drop(Reason.NO_CONSENT)


def personalised(purpose: str, member: MemberFacts, policy: DeliveryPolicy) -> bool:
    """Return whether the member may get text made for them (个人信息保护法 24).

    A refusal always counts. Where the file asks for opt-in, marketing needs a grant as well.
    """
    said = member.consents.get(PERSONALISED)
    if said is not None:
        return said
    rule = policy.consent.get(PERSONALISED)
    return rule is None or rule.basis != "opt_in" or purpose != MARKETING
