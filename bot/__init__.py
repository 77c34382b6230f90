"""The running program: channels, web, spine and composition root."""
