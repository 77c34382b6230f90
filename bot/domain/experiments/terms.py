"""`experiment:` as the file states it, for rules and for campaigns."""

from bot.domain.experiments.reading import Terms
from bot.domain.lifecycle.kinds import Fields
from bot.domain.lifecycle.spans import NO_SPAN


def terms(fields: Fields) -> Terms:
    """Return when and how the experiment may be decided, from the keys of `experiment.decide`."""
    decide = fields.inside("decide")
    after = decide.span("after")
    # Which test follows from the metric; the word is there to be read.
    decide.word("test", ["two_proportion", "welch"], "two_proportion")
    return Terms(
        metric=decide.word("metric", ["goal", "value"], "goal"),
        alpha=decide.number("alpha", 0.000_001, 0.5) if decide.has("alpha") else 0.05,
        min_per_arm=decide.whole("min_per_arm", 100),
        after=(after or NO_SPAN).length,
        automatic=decide.word("winner", ["manual", "automatic"], "manual") == "automatic",
        thompson=decide.word("allocate", ["fixed", "thompson"], "fixed") == "thompson",
    )
