"""The configuration file: read, checked with every problem named by its path, frozen."""

from bot.config.loading import as_json, check, load_config, rules_of, text_of
from bot.config.model import Config
from bot.config.parts import Feasts, Parts
from bot.config.problems import Problem
from bot.config.slices import delivery_policy, handler_settings, manners, rulebook

__all__ = [
    "Config",
    "Feasts",
    "Parts",
    "Problem",
    "as_json",
    "check",
    "delivery_policy",
    "handler_settings",
    "load_config",
    "manners",
    "rulebook",
    "rules_of",
    "text_of",
]
