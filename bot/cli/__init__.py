"""The command line: `python -m bot …`, installed as `hetang`; one command a file."""
