"""What a bench found: one JSON object a line, ratios of one run first, absolute figures as context."""

import json
import os
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Ratio(StrEnum):
    """How subject and peer are compared."""

    VALUE_TO_PEER = "value / peer"
    PEER_TO_VALUE = "peer / value"  # how many times faster we are, where both are times


@dataclass(frozen=True, slots=True)
class Figure:
    """One comparison; `values` and `peer_values` were taken in turn, round by round, in one run.

    `at_least` or `at_most` is the goal for the ratio; without either the figure is context.
    """

    bench: str
    case: str
    unit: str
    values: Sequence[float]
    peer: str = ""
    peer_values: Sequence[float] = ()
    ratio_is: Ratio = Ratio.VALUE_TO_PEER
    at_least: float | None = None
    at_most: float | None = None

    @property
    def ratio(self) -> float | None:
        """Return the median of the rounds' own ratios: what slowed a round slowed both."""
        if not self.peer_values:
            return None
        pairs = zip(self.values, self.peer_values, strict=True)
        found = statistics.median(one / other for one, other in pairs)
        return found if self.ratio_is is Ratio.VALUE_TO_PEER else 1 / found

    def line(self) -> str:
        """Return the figure as one line of JSON."""
        found: dict[str, object] = {
            "bench": self.bench,
            "case": self.case,
            "value": _rounded(statistics.median(self.values)),
            "unit": self.unit,
        }
        ratio = self.ratio
        if ratio is not None:
            found |= {
                "peer": self.peer,
                "peer_value": _rounded(statistics.median(self.peer_values)),
                "ratio": _rounded(ratio),
                "ratio_is": self.ratio_is.value,
            }
            if self.at_least is not None:
                found |= {"goal": f">= {self.at_least:g}", "met": ratio >= self.at_least}
            if self.at_most is not None:
                found |= {"goal": f"<= {self.at_most:g}", "met": ratio <= self.at_most}
        found |= {
            "n": len(self.values),
            "min": _rounded(min(self.values)),
            "max": _rounded(max(self.values)),
            "load": round(os.getloadavg()[0], 1),
        }
        return json.dumps(found, ensure_ascii=False)


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")
