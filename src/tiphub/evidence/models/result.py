"""What a model found, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp

FURTHEST = 500.0
"""Log odds ratios are told up to here: e to this power is a number, and no data know one as large."""


def odds(log: float) -> float:
    """An odds ratio from its logarithm.

    >>> odds(0.0), odds(2_000.0) == odds(500.0)
    (1.0, True)
    """
    return exp(min(max(log, -FURTHEST), FURTHEST))


@dataclass(frozen=True, slots=True)
class Ratio:
    """An odds ratio, its 95% interval, and the p-value of the test that it is 1."""

    ratio: float
    low: float
    high: float
    p: float


@dataclass(frozen=True, slots=True)
class Effect:
    """One row of the table: a category against its reference, or a number a step up.

    Attributes:
        variable: the covariate's name.
        level: the category's code; ``None`` for a number.
        label: the category's label; of a number, what one step is.
        reference: whether it is the category that the others are compared with (its ratio is 1).
        yes: people used of this category with the outcome; ``None`` for a number, or where held back.
        no: the same without the outcome.
        adjusted: with all covariates in the model; ``None`` where it cannot be estimated.
        unadjusted: with this covariate alone, on the same people.
        reason: why there is no ratio, as a sentence; else empty.
        wider: of a private release, how many times wider the noise makes the interval (on the log scale).
    """

    variable: str
    level: str | None
    label: str
    reference: bool
    yes: int | None
    no: int | None
    adjusted: Ratio | None
    unadjusted: Ratio | None
    reason: str = ""
    wider: float | None = None


@dataclass(frozen=True, slots=True)
class OddsRatios:
    """A fitted logistic model.

    Attributes:
        outcome: the outcome's name.
        question: what the odds are of, in words.
        titles: the title of each covariate, in the order asked for.
        effects: the rows, covariate by covariate.
        people: who was looked at (after ``among``).
        used: who is in the fit: outcome and all covariates known.
        events: of those used, how many have the outcome.
        outcome_unknown: people whose outcome is unknown; ``None`` where a release does not tell.
        unknown: for each covariate, people of known outcome for whom it is unknown; ``None``: held back.
        notes: what a reader must know besides, as sentences.
        noise: how the noise of a private release is counted in; empty for records.
    """

    outcome: str
    question: str
    titles: Mapping[str, str]
    effects: tuple[Effect, ...]
    people: int
    used: int
    events: int
    outcome_unknown: int | None
    unknown: Mapping[str, int | None]
    notes: tuple[str, ...]
    noise: str = ""
