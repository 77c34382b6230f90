"""`python -m bot`: the command line."""

from bot.cli.commands import app


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
