"""`python -m bot`: the command line."""

import gc
import sys

# Objects made before the next look for cycles. What is imported stays for good, and most objects of a group
# of callbacks die with it: looking every 700 of them, as Python does by default, only costs.
GC_THRESHOLD = (50_000, 20, 50)


def main() -> None:
    """Run the command line and leave with its exit code."""
    gc.set_threshold(*GC_THRESHOLD)
    from bot.cli.commands import run  # here, for imports make the first such objects

    sys.exit(run())


if __name__ == "__main__":
    main()
