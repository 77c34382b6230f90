"""The model: a weight for each hashed n-gram, summed up. `tools/complaints/train.py` makes the file."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp
from pathlib import Path
from typing import Any

from bot.complaints.features import features

FILE = Path(__file__).resolve().parent / "model.npz"


@dataclass(frozen=True, slots=True)
class Model:
    """Weights by hash, and what is added to their sum."""

    weights: Any
    bias: float

    def score(self, text: str) -> float:
        """Return how surely the line complains, 0 to 1."""
        weights = self.weights
        total = sum(float(weights[gram]) * weight for gram, weight in features(text).items())
        return 1 / (1 + exp(-max(-60.0, min(60.0, total + self.bias))))

    def scores(self, texts: Sequence[str]) -> list[float]:
        """Return the score of each line."""
        return [self.score(text) for text in texts]


@lru_cache(maxsize=1)
def load() -> Model | None:
    """Return the model, None where its file or numpy is missing: then keywords alone find complaints."""
    try:
        import numpy as np  # here, since few processes ever need it
    except ImportError:
        return None
    if not FILE.is_file():
        return None
    with np.load(FILE, allow_pickle=False) as found:
        return Model(found["weights"], float(found["bias"][0]))
