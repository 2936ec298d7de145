"""A logistic fit to the noisy counts of a whole table: the way not taken, which `models.py` compares.

The score of a logistic model is linear in the counts: a cell with covariates ``x`` adds
``x * ((1 - p) * yes - p * no)``. Noise of mean zero leaves it unbiased, however negative single noisy counts
are, as long as nobody clips them: it is a corrected score (Nakamura, Biometrika 77, 1990; Stefanski,
Communications in Statistics 18, 1989). Setting it to zero gives a consistent estimate. Its variance is the
sampling variance plus ``std**2 * ((1 - p)**2 + p**2)`` a cell; both are known, and the sandwich formula turns
them into intervals.

Cells with few people bring as much noise as cells with many. Each is weighted by the share that sampling has
in its variance, ``n p q / (n p q + std**2 (p**2 + q**2))``: the best weights that a score linear in the data
can have (Godambe and Heyde, International Statistical Review 55, 1987). ``n`` is smoothed from the table's
margins, so that a cell's weight hardly depends on its own noise.
"""

from dataclasses import dataclass

import numpy as np

from tiphub.evidence.models.design import Design, Floats

_ROUNDS, _STEPS = 12, 50


@dataclass(frozen=True)
class NoisyFit:
    """Log odds ratios by parameter of the design, without the intercept.

    Attributes:
        coefficients: the estimates.
        covariance: sampling and noise.
        sampling: what the covariance would be without noise.
    """

    coefficients: Floats
    covariance: Floats
    sampling: Floats


def fit_corrected(design: Design, std: float, expected: Floats, *, weighted: bool = True) -> NoisyFit | None:
    """Solve the noisy score equations; ``None`` where they have no stable solution: the noise is too large.

    Args:
        design: noisy counts by pattern, not clipped.
        std: the standard deviation of the noise of each count.
        expected: smoothed people by pattern, not negative.
        weighted: weigh cells as above, or all alike.
    """
    matrix, scale = _scaled(design.matrix)
    total = float((design.yes + design.no).sum())
    share = min(max(float(design.yes.sum()) / max(total, 1.0), 0.01), 0.99)
    beta = np.zeros(matrix.shape[1])
    beta[0] = np.log(share / (1 - share))
    for _ in range(_ROUNDS):
        before = beta
        weight = _weights(matrix @ beta, expected, std) if weighted else np.ones(len(matrix))
        solved = _solve(matrix, design, weight, beta)
        if solved is None:
            return None
        beta = solved
        if np.abs(beta - before).max() < 1e-8:
            break
    chance = _chance(matrix @ beta)
    spread, noise = chance * (1 - chance), std**2 * (chance**2 + (1 - chance) ** 2)
    bread = _inverse(_gram(matrix, weight * (design.yes + design.no) * spread))
    plain = _inverse(_gram(matrix, expected * spread))
    if bread is None or plain is None:
        return None
    meat = _gram(matrix, weight**2 * (expected * spread + noise))
    outer = np.outer(scale[1:], scale[1:])
    covariance = (bread @ meat @ bread)[1:, 1:] / outer
    return NoisyFit(beta[1:] / scale[1:], covariance, plain[1:, 1:] / outer)


def _solve(matrix: Floats, design: Design, weight: Floats, start: Floats) -> Floats | None:
    """Newton's method with halved steps where one would leave the plausible range."""
    beta = start.copy()
    for _ in range(_STEPS):
        chance = _chance(matrix @ beta)
        score = matrix.T @ (weight * ((1 - chance) * design.yes - chance * design.no))
        inverse = _inverse(_gram(matrix, weight * (design.yes + design.no) * chance * (1 - chance)))
        if inverse is None:
            return None
        step = inverse @ score
        largest = float(np.abs(step).max())
        beta = beta + step * min(1.0, 2.0 / max(largest, 1e-12))
        if np.abs(beta).max() > 30:
            return None
        if largest < 1e-9:
            return beta
    return None


def _weights(log_odds: Floats, expected: Floats, std: float) -> Floats:
    chance = _chance(log_odds)
    sampling = expected * chance * (1 - chance)
    noise = std**2 * (chance**2 + (1 - chance) ** 2)
    return np.asarray(sampling / np.maximum(sampling + noise, 1e-12))


def _chance(log_odds: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(log_odds, -30, 30))))


def _gram(matrix: Floats, weight: Floats) -> Floats:
    return np.asarray((matrix * weight[:, None]).T @ matrix)


def _inverse(square: Floats) -> Floats | None:
    """The inverse of a matrix that is clearly positive definite; noisy counts may make one that is not."""
    if not np.isfinite(square).all():
        return None
    values, vectors = np.linalg.eigh(square)
    if values[0] <= 1e-9 * values[-1]:
        return None
    return np.asarray((vectors / values) @ vectors.T)


def _scaled(matrix: Floats) -> tuple[Floats, Floats]:
    """Centre and scale every column but the intercept; only slopes are given back."""
    shift, scale = matrix.mean(0), matrix.std(0)
    shift[0], scale[0] = 0.0, 1.0
    return (matrix - shift) / scale, scale
