"""What rules and campaigns are called where both are meant: ``rule:winback``, ``campaign:tips``.

Switches, gates and counts go by these names; a template has a switch as well.
"""

RULE, CAMPAIGN, TEMPLATE = "rule:", "campaign:", "template:"


def of_rule(name: str) -> str:
    """Return the name of a rule among programs."""
    return f"{RULE}{name}"


def of_campaign(name: str) -> str:
    """Return the name of a campaign among programs."""
    return f"{CAMPAIGN}{name}"


def of_either(rule: str, campaign: str) -> str:
    """Return the name of what is a rule's, or else a campaign's."""
    return of_rule(rule) if rule else of_campaign(campaign)
