"""members erase: a member is forgotten, but for what law keeps."""

from bot.cli.desk import opened
from bot.cli.options import DEFAULT, Apply, ConfigPath, Json, MemberName, present
from bot.cli.words import say
from bot.domain.identity import number_of
from storage import erasure, export

NAME = "erase"


def command(
    member: MemberName, apply: Apply = False, config: ConfigPath = DEFAULT, json: Json = False
) -> None:
    """删除一位会员的信息；依法要留的只留不可识别的记录 / forget a member; dry run without --apply."""
    with opened(config) as desk:
        member_id = desk.member(member)
        number = number_of(member_id)
        rows = {
            name: len(each)
            for name, each in desk.read(lambda c: export.member(c, member_id, masked=True)).items()
        }
        if apply:
            desk.write("members.erase", number, lambda c: erasure.everything(c, member_id, desk.now))
        said = say("erased" if apply else "would_erase", member=number, rows=sum(rows.values()))
        lines = [said] if apply else [said, say("dry_run")]
        present({"member": number, "applied": apply, "rows": rows}, lines, as_json=json)
