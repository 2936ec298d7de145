"""Counting is a sum: each batch of people gives a vector of table counts, and vectors add up."""

import math
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt

from tiphub.standard.variables import Codes
from tiphub.vault.s4_protect.dp.noise import Counts

Table = tuple[int, ...]
"""The positions of the variables that a table crosses, ascending."""


def count_tables(
    batches: Iterable[Codes],
    cardinalities: Sequence[int],
    tables: Sequence[Table],
    advance: Callable[[int], None] = lambda _: None,
) -> dict[Table, Counts]:
    """Count people by each table; memory is one batch plus the tables.

    Args:
        batches: codes, rows x variables, each below its variable's cardinality.
        cardinalities: how many values each variable can take.
        tables: what to count by; ``()`` is the number of people.
        advance: is told the rows done.

    Returns:
        For each table an array with one axis a variable.
    """
    shapes = {table: [cardinalities[item] for item in table] for table in tables}
    found = {table: np.zeros(math.prod(shape)) for table, shape in shapes.items()}
    for batch in batches:
        rows, people = _distinct(batch)
        columns = [rows[:, position].astype(np.int64) for position in range(rows.shape[1])]
        for table in tables:
            cell = columns[table[0]] if table else np.zeros(len(rows), np.int64)
            for item in table[1:]:
                cell = cell * cardinalities[item]
                cell += columns[item]
            found[table] += np.bincount(cell, people, len(found[table]))
        advance(len(batch))
    return {table: found[table].astype(np.int64).reshape(shapes[table]) for table in tables}


def _distinct(batch: Codes) -> tuple[Codes, npt.NDArray[np.float64]]:
    """The different rows and how many people have each, exact as every whole number below 2**53 is.

    Many people say the same in all columns, the more so the larger the batch: half of them to six in seven.
    """
    rows = np.ascontiguousarray(batch)
    if not rows.size:
        return rows, np.ones(len(rows))
    whole = rows.view(np.dtype((np.void, rows.itemsize * rows.shape[1]))).ravel()
    found, people = np.unique(whole, return_counts=True)
    return found.view(rows.dtype).reshape(len(found), -1), people.astype(np.float64)
