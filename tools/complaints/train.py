"""Trains the complaint model: `python -m tools.complaints.train REVIEWS.tsv`, needs the extra `analytics`.

REVIEWS has a line each, ``neg`` or ``pos``, a tab, and the review. A fifth of them is held back to report on;
the group lines of tests/payloads/complaints are never trained on. The file written holds weights alone, so
that the program needs neither scikit-learn nor a pickle.
"""

import random
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix, vstack
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import precision_score, recall_score, roc_auc_score

from bot.complaints.features import SIZE, features
from bot.complaints.model import FILE
from tools.complaints.phrases import phrases

HOME = Path(__file__).resolve().parent
ROOT = HOME.parents[1]
GROUP_LINES = ROOT / "tests" / "payloads" / "complaints" / "group_lines.tsv"
# Ten thousand reviews, some hundred lines: the lines are what the program will hear.
LINE_WEIGHT, PHRASE_WEIGHT, STRENGTH = 300.0, 20.0, 1.0
Labelled = Sequence[tuple[int, str]]


def matrix(lines: Labelled) -> csr_matrix:
    """Return the lines' features, a row each."""
    data: list[float] = []
    columns: list[int] = []
    ends = [0]
    for _, text in lines:
        found = features(text)
        columns += found.keys()
        data += found.values()
        ends.append(len(columns))
    return csr_matrix((data, columns, ends), shape=(len(lines), SIZE))


def read(path: Path) -> list[tuple[int, str]]:
    """Return the lines of a file with their labels."""
    rows = (line.split("\t", 1) for line in path.read_text(encoding="utf-8").splitlines())
    return [(1 if label in {"1", "neg"} else 0, text) for label, text in rows]


def labels(lines: Labelled) -> np.ndarray:
    """Return the labels alone."""
    return np.array([label for label, _ in lines])


def report(name: str, model: LogisticRegression, lines: Labelled) -> None:
    """Print how well the model tells these lines apart, at one half."""
    wanted, given = labels(lines), model.predict_proba(matrix(lines))[:, 1]
    chosen = given > 0.5
    auc, precision = roc_auc_score(wanted, given), precision_score(wanted, chosen)
    recall = recall_score(wanted, chosen)
    print(f"{name}: {len(lines)} lines, AUC {auc:.3f}, precision {precision:.3f}, recall {recall:.3f}")


def main(reviews_path: Path) -> None:
    """Train, report and write the file."""
    reviews = read(reviews_path)
    random.Random(1).shuffle(reviews)  # noqa: S311  the same split every time
    cut = len(reviews) * 4 // 5
    own, put_together = read(HOME / "group_lines.tsv"), list(phrases())
    parts: list[tuple[Labelled, float]] = [
        (reviews[:cut], 1.0), (own, LINE_WEIGHT), (put_together, PHRASE_WEIGHT),
    ]  # fmt: skip
    model = LogisticRegression(C=STRENGTH, max_iter=500)
    model.fit(
        vstack([matrix(lines) for lines, _ in parts]),
        np.concatenate([labels(lines) for lines, _ in parts]),
        sample_weight=np.concatenate([np.full(len(lines), weight) for lines, weight in parts]),
    )
    report("reviews held back", model, reviews[cut:])
    report("group lines", model, read(GROUP_LINES))
    np.savez_compressed(
        FILE, weights=model.coef_[0].astype(np.float16), bias=model.intercept_.astype(np.float32)
    )
    print(f"{FILE.name}: {FILE.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
