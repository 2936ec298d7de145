"""Maximum likelihood of many log-linear models at once, from exact or noisy counts."""

from dataclasses import dataclass

import numpy as np

from tiphub.evidence.prevalence.design import Design
from tiphub.evidence.prevalence.observation import Observation
from tiphub.evidence.prevalence.overlaps import Bools, Floats

_STEPS = 100
_CLIP = 4.0
_LARGE = 1e4
_SETTLED = 1e-10
_RIDGE = 1e-12
"""On the diagonal of the information, scaled to ones: what the counts do not tell must not stop the rest."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """Models that were fitted together: a row each.

    Attributes:
        parameters: Models x parameters; 0 where not in the model. The first is the log of the people unseen.
        mean: Models x cells: expected true counts, 0 where left out.
        expected: Models x cells: true counts given what was observed (the counts themselves without noise).
        variance: Models x cells: how uncertain these are.
        loglik: One a model.
        size: Number of parameters, those at minus infinity counted.
    """

    parameters: Floats
    mean: Floats
    expected: Floats
    variance: Floats
    loglik: Floats
    size: Floats

    @property
    def unseen(self) -> Floats:
        """Expected number of people on no list."""
        return np.asarray(np.exp(self.parameters[:, 0]))


def fit(
    design: Design,
    observed: Observation,
    models: Bools,
    *,
    log_unseen: float | None = None,
    start: Floats | None = None,
) -> Fitted:
    """Fit by damped Newton steps; with noise, the information that the noise hides is taken off.

    Args:
        design: The lists.
        observed: The counts.
        models: Models x pairs: which pairs of lists may depend.
        log_unseen: Hold the constant at this value (for a profile) instead of estimating it.
        start: Parameters to start from.
    """
    empty = design.empty(observed.counts) if observed.exact else np.zeros(len(design.pairs), dtype=bool)
    active, kept = design.parameters(models, empty), design.kept(models, empty)
    x = design.matrix
    beta = np.tile(_first(design, observed) if start is None else start, (len(models), 1))
    beta = np.where(active, beta, 0.0)
    free = active.copy()
    if log_unseen is not None:
        beta[:, 0], free[:, 0] = log_unseen, False
    fixed = ~free
    mean = _mean(x, beta, kept)
    known = observed.moments(mean)
    loglik = (known.loglik * kept).sum(axis=1)
    for _ in range(_STEPS):
        gradient = (((known.expected - mean) * kept) @ x) * free
        weight = np.maximum(mean - known.variance, 0.05 * mean)
        bread = np.matmul(x.T[None] * weight[:, None, :], x)
        bread[fixed] = 0.0
        bread.transpose(0, 2, 1)[fixed] = 0.0
        diagonal = np.einsum("kii->ki", bread)
        diagonal += np.where(fixed, 1.0, 1e-10)
        size = np.sqrt(diagonal)
        bread /= size[:, :, None] * size[:, None, :]
        diagonal += _RIDGE
        step = np.linalg.solve(bread, (gradient / size)[..., None])[..., 0] / size * free
        step *= np.minimum(1.0, _CLIP / np.maximum(np.abs(step @ x.T * kept).max(axis=1), 1e-12))[:, None]
        gain = (gradient * step).sum(axis=1)
        moving = gain > _SETTLED * (1 + np.minimum(np.abs(loglik), _LARGE))
        if not moving.any():
            break
        share = moving.astype(float)
        for _ in range(25):
            tried = beta + share[:, None] * step
            mean = _mean(x, tried, kept)
            known = observed.moments(mean)
            better = (known.loglik * kept).sum(axis=1)
            worse = moving & (better < loglik - 1e-9 * (1 + np.abs(loglik)))
            if not worse.any():
                break
            share = np.where(worse, share / 2, share)
        beta, loglik = tried, better
    size = active.sum(axis=1) + (models & empty).sum(axis=1)
    return Fitted(beta, mean, known.expected * kept, known.variance * kept, loglik, size.astype(float))


def _mean(x: Floats, beta: Floats, kept: Bools) -> Floats:
    return np.asarray(np.exp(np.minimum(beta @ x.T, 50.0)) * kept)


def _first(design: Design, observed: Observation) -> Floats:
    """Main effects by least squares on the log counts: near enough to start from."""
    main = design.matrix[:, : 1 + design.lists]
    counts = np.maximum(observed.counts, 0) + 0.5
    root = np.sqrt(counts)
    found = np.linalg.lstsq(main * root[:, None], root * np.log(counts), rcond=None)[0]
    return np.concatenate([found, np.zeros(len(design.pairs))])
