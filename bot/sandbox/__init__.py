"""A pretend WeChat on loopback: the platform's API, its callbacks and its rules, on a virtual clock.

Imports nothing of ours outside this package, so a mistake is not made twice.
"""

from bot.sandbox.server import Running, build_app, running, serve

__all__ = ["Running", "build_app", "running", "serve"]
