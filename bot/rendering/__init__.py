"""Every word that leaves: message families compiled once and rendered with plain values."""

from bot.rendering.renderer import Renderer, TemplateProblem
from bot.rendering.values import coupon_values, member_values

__all__ = ["Renderer", "TemplateProblem", "coupon_values", "member_values"]
