"""Fit a logistic model to counts by pattern, as far as the counts determine it.

Two things keep a coefficient from being estimated, and both are found before anything is fitted: collinearity
(the columns of the design do not tell it apart from others) and separation (a combination of the columns
tells the outcome without error for some people, so that the likelihood grows towards infinity: Albert and
Anderson, Biometrika 71, 1984). Separation is found by linear programming (Konis 2007; Correia, Guimaraes and
Zylkin 2021). People who are separated tell nothing about the remaining coefficients: these are fitted without
them, which is the limit of the likelihood (Geyer, Electronic Journal of Statistics 3, 2009).
"""

from dataclasses import dataclass
from warnings import catch_warnings, simplefilter

import numpy as np
import numpy.typing as npt
import statsmodels.api as sm
from scipy.linalg import null_space
from scipy.optimize import linprog
from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

from tiphub.errors import TiphubError
from tiphub.evidence.models.design import Design, Floats

Mask = npt.NDArray[np.bool_]
_TOLERANCE = 1e-7
_DETERMINED = 1e-5


@dataclass(frozen=True)
class Fit:
    """Log odds ratios and their covariance, by parameter of the design (the intercept left out).

    Attributes:
        coefficients: nan where not estimable.
        covariance: likewise.
        collinear: parameters that the design does not tell apart from others.
        separated: parameters that separation leaves without a finite estimate.
        people_separated: the people for whom a combination of the covariates tells the outcome without error.
        basis: what the other people determine (scaled parameters, the intercept first, x rank).
        scale: of each parameter.
    """

    coefficients: Floats
    covariance: Floats
    collinear: Mask
    separated: Mask
    people_separated: int
    basis: Floats
    scale: Floats

    @property
    def tells_nothing(self) -> bool:
        """Whether no ratio at all can be estimated."""
        return not bool(np.isfinite(self.coefficients).any())

    def tells(self, contrast: Floats) -> bool:
        """Whether a sum of the coefficients, each times its part of ``contrast``, can be estimated."""
        wanted = np.r_[0.0, contrast / self.scale]
        wanted /= np.linalg.norm(wanted)
        return bool(np.linalg.norm(wanted - self.basis @ (self.basis.T @ wanted)) < _DETERMINED)


def fit(design: Design) -> Fit:
    """The maximum likelihood fit of what can be estimated.

    Raises:
        TiphubError: the fit does not converge although nothing is separated or collinear.
    """
    there = design.yes + design.no > 0
    yes, no = design.yes[there], design.no[there]
    shift, scale = _scaling(design.matrix[there])
    matrix = (design.matrix[there] - shift) / scale
    basis = _row_space(matrix)
    told = _determined(basis)
    left_out = separated_patterns(matrix @ basis, yes, no)
    kept = matrix[~left_out]
    inner = _row_space(kept) if len(kept) else np.zeros((matrix.shape[1], 0))
    finite = _determined(inner)
    size = matrix.shape[1] - 1
    coefficients, covariance = np.full(size, np.nan), np.full((size, size), np.nan)
    if finite[1:].any():
        values, spread = _solve(kept @ inner, yes[~left_out], no[~left_out])
        good = np.flatnonzero(finite[1:])
        coefficients[good] = ((inner @ values)[1:] / scale[1:])[good]
        whole = (inner @ spread @ inner.T)[1:, 1:] / np.outer(scale[1:], scale[1:])
        covariance[np.ix_(good, good)] = whole[np.ix_(good, good)]
    people = round(float((yes + no)[left_out].sum()))
    return Fit(coefficients, covariance, ~told[1:], (told & ~finite)[1:], people, inner, scale[1:])


def separated_patterns(matrix: Floats, yes: Floats, no: Floats) -> Mask:
    """The patterns that some direction of the coefficients tells without error.

    A direction separates if it does not lower the log-odds of any pattern with only yes, does not raise that
    of any with only no, and leaves those with both unchanged; a linear programme finds the direction that
    does so for as many patterns as possible.

    Args:
        matrix: patterns x parameters, of full column rank.
        yes: people with the outcome, by pattern.
        no: people without.
    """
    both, found = (yes > 0) & (no > 0), np.zeros(len(matrix), dtype=bool)
    free = null_space(np.linalg.qr(matrix[both], mode="r")) if both.any() else np.eye(matrix.shape[1])
    pure = np.flatnonzero(~both)
    if free.shape[1] == 0 or len(pure) == 0:
        return found
    moves = (matrix[pure] @ free) * np.where(yes[pure] > 0, 1.0, -1.0)[:, None]
    patterns, directions = moves.shape
    programme = linprog(
        np.r_[np.zeros(directions), -np.ones(patterns)],
        A_ub=np.hstack([-moves, np.eye(patterns)]),
        b_ub=np.zeros(patterns),
        bounds=[(None, None)] * directions + [(0.0, 1.0)] * patterns,
        method="highs",
    )
    if not programme.success:
        raise TiphubError("Whether the outcome is separated cannot be told.", do="Leave a covariate out.")
    found[pure] = programme.x[directions:] > 0.5
    return found


def _scaling(matrix: Floats) -> tuple[Floats, Floats]:
    """Centre and scale all columns but the intercept, so that years and shares are alike to a solver."""
    shift = matrix.mean(0)
    scale = matrix.std(0)
    shift[0], scale[0] = 0.0, 1.0
    return shift, np.where(scale > 0, scale, 1.0)


def _row_space(matrix: Floats) -> Floats:
    """An orthonormal basis of what the rows determine: parameters x rank."""
    _, sizes, rows = np.linalg.svd(np.linalg.qr(matrix, mode="r"), full_matrices=False)
    basis: Floats = rows[sizes > _TOLERANCE * sizes[0]].T if len(sizes) else rows.T
    return basis


def _determined(basis: Floats) -> Mask:
    """Which single parameters lie in the row space: those have one value, whatever the others are."""
    distance = np.linalg.norm(basis @ basis.T - np.eye(len(basis)), axis=0)
    return np.asarray(distance < _DETERMINED)


def _solve(matrix: Floats, yes: Floats, no: Floats) -> tuple[Floats, Floats]:
    model = sm.GLM(np.column_stack([yes, no]), matrix, family=sm.families.Binomial())
    with catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        # Separation is dealt with above; a saturated model fits perfectly and is warned of all the same.
        simplefilter("ignore", PerfectSeparationWarning)
        found = model.fit(maxiter=100, tol=1e-12, rtol=1e-12, scale=1.0)
    if not found.converged or not np.isfinite(found.params).all():
        raise TiphubError(
            "The model cannot be fitted: its solution does not settle.", do="Leave a covariate out."
        )
    return np.asarray(found.params), np.asarray(found.cov_params())
