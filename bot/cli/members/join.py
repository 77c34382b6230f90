"""members join: two members turn out to be one person."""

from typing import Annotated

import typer

from bot.cli.desk import opened
from bot.cli.options import DEFAULT, Apply, ConfigPath, Json, MemberName, present
from bot.cli.words import say
from bot.domain.identity import number_of
from storage import merge

NAME = "join"
Other = Annotated[str, typer.Argument(metavar="OTHER", help="同一个人的另一份档案 / who is the same person")]


def command(
    member: MemberName,
    other: Other,
    apply: Apply = False,
    config: ConfigPath = DEFAULT,
    json: Json = False,
) -> None:
    """把另一份档案并进这位会员，历史都留，不能拆开 / join two profiles for good; dry run without --apply."""
    with opened(config) as desk:
        stays, goes = desk.member(member), desk.member(other)
        names = {"member": number_of(stays), "other": number_of(goes)}
        if apply and stays != goes:
            desk.write(
                "members.join",
                names["member"],
                lambda c: merge.merge(c, stays, [goes], desk.now),
                other=names["other"],
            )
        said = say("joined" if apply else "would_join", **names)
        lines = [said] if apply else [said, say("dry_run")]
        present({**names, "applied": apply}, lines, as_json=json)
