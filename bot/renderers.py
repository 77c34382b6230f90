"""The renderer of a configuration, with what every message may show."""

from bot.addresses import standing_links
from bot.config import Config
from bot.domain.delivery.policy import MARKETING
from bot.rendering import Renderer


def renderer_of(config: Config) -> Renderer:
    """Return the renderer with what every message may show."""
    marketing = config.consent.get(MARKETING)
    app = {
        "name": config.app.name, "contact": config.app.contact, "timezone": config.app.zone.key,
        "links": standing_links(config),
    }  # fmt: skip
    words = {"refuse_words": marketing.withdraw_keywords} if marketing and marketing.withdraw_keywords else {}
    return Renderer.load(config.template_paths, {**app, **words})
