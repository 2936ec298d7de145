"""What an estimate of prevalence is: several models side by side, never one number."""

from dataclasses import dataclass

from tiphub.evidence.prevalence.overlaps import OverlapNoise, Overlaps


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a log-linear model fits the counts.

    Attributes:
        deviance: Twice the log-likelihood short of a perfect fit; ``None`` with privacy noise.
        df: Cells that the model may get wrong: counts less parameters.
        p: How often data drawn from the model fit worse; by simulation, because the counts are small.
        aic: Akaike's criterion, for comparison within one table only.
        bic: Schwarz's criterion, with the number of observed people as the sample size.
        p_at_most: Whether none of the drawn data fit worse: p may be smaller still.
    """

    deviance: float | None
    df: int
    p: float | None
    aic: float
    bic: float
    p_at_most: bool = False


@dataclass(frozen=True, slots=True)
class Estimate:
    """One model's total: people seen and unseen.

    Attributes:
        model: Its short name, as asked for.
        label: Its name for readers.
        total: The point estimate.
        low: Lower end of the 95% interval.
        high: Upper end; ``None`` where the data set no upper limit.
        interval: How the interval was made, in a few words.
        terms: The pairs of lists that the model lets depend on each other.
        fit: Goodness of fit, where the model has one.
        notes: What a reader of this row has to know.
    """

    model: str
    label: str
    total: float
    low: float
    high: float | None
    interval: str
    terms: tuple[str, ...] = ()
    fit: Fit | None = None
    notes: tuple[str, ...] = ()


class NoEstimate(Exception):  # noqa: N818 - it is an answer, not an error
    """A model has no estimate on these counts; the message says why."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A model that has no estimate here, and why."""

    model: str
    label: str
    reason: str


@dataclass(frozen=True, slots=True)
class Prevalence:
    """All models' answers on one system of lists, and how far they disagree.

    Attributes:
        overlaps: What was estimated from.
        noise: The privacy noise on the counts, if any.
        estimates: One a model that has an estimate.
        refusals: One a model that has none.
        sentence: How far the models disagree, in words.
        notes: What a reader has to know of all rows.
    """

    overlaps: Overlaps
    noise: OverlapNoise | None
    estimates: tuple[Estimate, ...]
    refusals: tuple[Refusal, ...]
    sentence: str
    notes: tuple[str, ...]

    @property
    def observed(self) -> int:
        """People on at least one list; with privacy noise the sum of the noisy counts."""
        return self.overlaps.observed
