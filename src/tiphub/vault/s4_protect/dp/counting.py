"""Counting is a sum: each batch of people gives a vector of table counts, and vectors add up."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np

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
    found = {table: np.zeros(int(np.prod(shape)), np.int64) for table, shape in shapes.items()}
    for batch in batches:
        columns = [batch[:, position].astype(np.int64) for position in range(batch.shape[1])]
        for table in tables:
            cell = np.zeros(len(batch), np.int64)
            for item in table:
                cell = cell * cardinalities[item] + columns[item]
            found[table] += np.bincount(cell, minlength=len(found[table]))
        advance(len(batch))
    return {table: found[table].reshape(shapes[table]) for table in tables}
