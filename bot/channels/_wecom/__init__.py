"""The parts of the channels of 企业微信: robots, the app, the archive."""
