"""`python -m bot`: the command line."""

import sys

from bot.cli.commands import run


def main() -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(run())


if __name__ == "__main__":
    main()
