"""Every word that leaves: message families compiled once and rendered with plain values."""

from bot.rendering.renderer import Renderer, TemplateProblem

__all__ = ["Renderer", "TemplateProblem"]
