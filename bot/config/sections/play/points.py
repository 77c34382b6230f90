"""What points are worth."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field, model_validator

from bot.config.sections.base import Section
from bot.config.sections.fields import Duration, Name, Natural, Text, Words
from bot.domain.activities import Exchange, Points


class ExchangeSection(Section):
    """One entry of `points.exchange`: a coupon for points, for higher levels perhaps for fewer."""

    coupon: Name
    points: Annotated[int, Field(ge=1, le=10**7)]
    levels: dict[Text, Annotated[int, Field(ge=1, le=10**7)]] = Field(default_factory=dict)
    words: Words | None = None


class PointsSection(Section):
    """`points:`; what a level takes, how long points live, what they buy."""

    levels: dict[Text, Natural] = Field(default_factory=dict)
    expire: Duration | None = None
    expire_notice: Duration | None = None
    per_yuan: Annotated[float, Field(ge=0, le=100)] = 0.0
    exchange: dict[Name, ExchangeSection] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _never_punishes_loyalty(self) -> "PointsSection":
        """Refuse two levels of one height, unknown levels, and a price that rises with the level."""
        if self.expire_notice is not None and self.expire is None:
            raise ValueError("expire_notice without expire: nothing runs out to be told of")
        if len(set(self.levels.values())) < len(self.levels):
            raise ValueError("two levels take the same points")
        for name, one in self.exchange.items():
            price = one.points
            for level in self.ordered:
                if one.levels.get(level, price) > price:
                    raise ValueError(
                        f"{name} costs more at {level} than below it; loyalty must not cost more"
                    )
                price = one.levels.get(level, price)
            for level in one.levels:
                if level not in self.levels:
                    raise ValueError(f'{name} names a level "{level}" that is not there')
        return self

    @property
    def ordered(self) -> dict[str, int]:
        """Return the levels, lowest first."""
        return dict(sorted(self.levels.items(), key=lambda one: one[1]))

    @property
    def _notice(self) -> timedelta | None:
        """Return how long before members are told; never for points that would be told of at once."""
        notice, expire = self.expire_notice, self.expire
        return notice if notice is not None and expire is not None and notice < expire else None

    def built(self) -> Points:
        """Return the terms."""
        return Points(
            self.ordered,
            self.expire,
            self.per_yuan,
            tuple(
                Exchange(
                    name, one.coupon, one.points, _prices(one, self.ordered),
                    tuple(one.words) if one.words is not None else (f"兑换 {name}", f"兑换{name}"),
                )
                for name, one in self.exchange.items()
            ),
            self._notice,
        )  # fmt: skip


def _prices(one: ExchangeSection, levels: dict[str, int]) -> dict[str, int]:
    """Return the price at each level: that of the level below where none is written."""
    prices: dict[str, int] = {}
    price = one.points
    for level in levels:
        price = prices[level] = one.levels.get(level, price)
    return prices
