"""attribution: which rule or campaign orders are credited to, by the rule that is named."""

from datetime import timedelta
from typing import Annotated

import typer

from bot.cli.desk import opened
from bot.cli.options import DEFAULT, ConfigPath, Json, present
from bot.cli.words import say
from bot.domain.attribution import BY_ITSELF, Credit, credited
from storage import reports

NAME = "attribution"
By = Annotated[Credit, typer.Option("--by", help="末次、首次或均分 / last touch, first touch or equal parts")]
Within = Annotated[
    int, typer.Option("--within", min=1, max=365, help="触达后几天内算 / days after a message")
]
Days = Annotated[int, typer.Option("--days", min=1, max=3660, help="往回看几天的订单 / days of orders")]


def command(
    by: By = Credit.LAST,
    within: Within = 7,
    days: Days = 30,
    config: ConfigPath = DEFAULT,
    json: Json = False,
) -> None:
    """订单记在哪条规则或活动名下 / which rule or campaign orders are credited to."""
    with opened(config) as desk:
        since, span = desk.now - timedelta(days=days), timedelta(days=within)
        found = desk.read(lambda c: credited(reports.orders_and_touches(c, since, span), span, by))
        ranked = sorted(found.items(), key=lambda one: (one[0] == BY_ITSELF, -one[1].amount))
        rows = [
            {"program": name or None, "orders": round(one.orders, 2), "amount": round(one.amount)}
            for name, one in ranked
        ]
        document = {"by": by, "within_days": within, "days": days, "programs": rows}
        lines = [say("attributed", by=say(f"credit_{by}"), within=within, days=days)]
        lines += [
            say(
                "attributed_row",
                name=name or say("by_itself"),
                orders=f"{one.orders:.4g}",
                amount=f"{one.amount / 100:,.2f}",
            )
            for name, one in ranked
        ]
        present(document, [*lines, say("attributed_note")], as_json=json)
