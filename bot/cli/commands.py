"""All commands, each from its own file."""

import typer

from bot.cli import check, demo, migrate, run, sandbox

app = typer.Typer(
    name="hetang",
    help="荷塘：微信社群运营助手 / WeChat community operations agent",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for module in (run, check, migrate, sandbox, demo):
    app.command(name=module.NAME)(module.command)
