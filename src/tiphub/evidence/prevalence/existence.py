"""Whether a model has an estimate at all: identifiable, and with a finite maximum of the likelihood."""

from functools import lru_cache

import numpy as np
from scipy.optimize import linprog

from tiphub.evidence.prevalence.design import Design
from tiphub.evidence.prevalence.overlaps import Bools, Floats

NOT_IDENTIFIED = "the total is not identifiable: other totals explain the counts just as well"
NO_MAXIMUM = (
    "the maximum-likelihood estimate does not exist: "
    "the counts are too sparse, and a parameter runs to infinity"
)


def obstacle(design: Design, counts: Floats, model: Bools) -> str:
    """Why a model has no estimate; empty if it has one.

    Identifiable: the matrix of the cells that stay in the fit has full column rank. Existence: some strictly
    positive table has the same sufficient statistics as the counts (Fienberg and Rinaldo, Annals of
    Statistics 40, 2012), which a linear program decides; it depends only on which counts are zero, so that
    counts may be of any size. Both are applied after the pairs that share nobody have left (Chan, Silverman
    and Vincent 2021).
    """
    empty = design.empty(counts)
    if not identifiable(design, model, empty):
        return NOT_IDENTIFIED
    kept = design.kept(model, empty)
    matrix = design.matrix[np.ix_(kept, design.parameters(model, empty))]
    return "" if _positive_table(matrix, (counts[kept] > 0).astype(float)) else NO_MAXIMUM


def identifiable(design: Design, model: Bools, empty: Bools) -> bool:
    """Whether no two sets of parameters expect the same counts; ``empty``: the pairs that share nobody."""
    kept, active = design.kept(model, empty), design.parameters(model, empty)
    return _full_rank(design.lists, kept.tobytes(), active.tobytes())


@lru_cache(maxsize=4096)
def _full_rank(lists: int, kept: bytes, active: bytes) -> bool:
    rows, columns = np.frombuffer(kept, dtype=bool), np.frombuffer(active, dtype=bool)
    matrix = Design(lists).matrix[np.ix_(rows, columns)]
    return bool(np.linalg.matrix_rank(matrix) == matrix.shape[1])


def _positive_table(matrix: Floats, counts: Floats) -> bool:
    """Maximise the smallest cell of a table with the same sufficient statistics."""
    cells = len(counts)
    found = linprog(
        np.append(np.zeros(cells), -1.0),
        A_ub=np.hstack([-np.eye(cells), np.ones((cells, 1))]),
        b_ub=np.zeros(cells),
        A_eq=np.hstack([matrix.T, np.zeros((matrix.shape[1], 1))]),
        b_eq=matrix.T @ counts,
        bounds=[(0, None)] * cells + [(0, None)],
        method="highs",
    )
    return bool(found.status == 0 and -found.fun > 1e-7)
