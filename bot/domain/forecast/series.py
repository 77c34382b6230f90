"""What a forecast counts."""

# What is counted, of which program or batch, with which detail: a step and its route, a reason, a state.
Series = tuple[str, str, str]
ENTERED, HELD_OUT, SENT, HELD, DROPPED, UNREACHABLE, GOAL, EXITED, HANDED = (
    "entered", "held_out", "sent", "held", "dropped", "unreachable", "goal", "exited", "handed_off"
)  # fmt: skip
ISSUED, REDEEMED, COST, REFUSED = "issued", "redeemed", "cost", "refused"
CAME, LEFT = "came", "left"
