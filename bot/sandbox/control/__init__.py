"""The control API under ``/_sandbox/``: for whoever runs the play; the bot only follows the clock."""
