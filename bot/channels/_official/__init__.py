"""The parts of the official account's channel."""
