"""The parts of the OneBot 12 channel."""
