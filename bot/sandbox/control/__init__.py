"""The control API under ``/_sandbox/``: whoever runs the play speaks here, never the bot (but for the clock)."""
