"""One- and two-way counts of the protected records, none below k and none left open by subtraction."""

from collections.abc import Sequence
from itertools import chain, combinations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tiphub.standard.variables import Codes, Variable

Table = npt.NDArray[np.int64]
Shown = npt.NDArray[np.bool_]

SCHEMA = pa.schema(
    {
        "fields": pa.string(),
        "values": pa.string(),
        "count": pa.int64(),
        "std": pa.float64(),
        "low": pa.float64(),
        "high": pa.float64(),
    }
)


def count(codes: Codes, variables: Sequence[Variable], k: int) -> pa.Table:
    """Count every column and every pair of columns.

    Of a flag only ``yes`` is reported, of a field every value, unknown as an empty text. The first row is
    the number of records. A cell of 1 to ``k - 1`` is left out, and with it as many of the next smallest
    cells of its row and column as it takes that no total published beside it gives it away; "not yes"
    counts as a cell of its own in this. Empty cells are left out too, so that a missing one says little.

    Args:
        codes: the protected records.
        variables: their columns.
        k: the least count to report.

    Returns:
        A table of the schema ``SCHEMA``.
    """
    folded, sizes = _fold(codes, variables)
    blocks: list[tuple[list[str], list[str], list[int]]] = [([""], [""], [len(codes)])]
    ones: list[Table] = []
    shown: list[Shown] = []
    for position, variable in enumerate(variables):
        table = np.bincount(folded[:, position], minlength=sizes[position])[np.newaxis, :]
        safe = safe_cells(table, np.array([True]), None, k)
        ones.append(table[0])
        shown.append(safe[0])
        reported = np.flatnonzero(safe[0] & _reported(variable))
        blocks.append(
            (
                [variable.name] * len(reported),
                [_text(variable, c) for c in reported.tolist()],
                table[0][reported].tolist(),
            )
        )
    for a, b in combinations(range(len(variables)), 2):
        pair = folded[:, a].astype(np.int32) * sizes[b] + folded[:, b]
        table = np.bincount(pair, minlength=sizes[a] * sizes[b]).reshape(sizes[a], sizes[b])
        safe = safe_cells(table, shown[a], shown[b], k)
        rows, columns = np.nonzero(safe & np.outer(_reported(variables[a]), _reported(variables[b])))
        names = f"{variables[a].name}|{variables[b].name}"
        values = [
            f"{_text(variables[a], r)}|{_text(variables[b], c)}"
            for r, c in zip(rows.tolist(), columns.tolist(), strict=True)
        ]
        blocks.append(([names] * len(rows), values, table[rows, columns].tolist()))
    fields, values, counts = (list(chain.from_iterable(parts)) for parts in zip(*blocks, strict=True))
    empty = pa.nulls(len(counts), pa.float64())
    return pa.Table.from_arrays(
        [pa.array(fields), pa.array(values), pa.array(counts), empty, empty, empty], schema=SCHEMA
    )


def safe_cells(table: Table, row_totals: Shown, column_totals: Shown | None, k: int) -> Shown:
    """Which cells of a two-way table may be published beside its totals.

    In every row and column whose total is published, the cells that are not must either be all empty or be
    at least two with at least ``k`` people together; else the smallest published one is left out too, and
    so on until that holds (complementary suppression; Cox, Suppression Methodology and Statistical
    Disclosure Control, JASA 1980). ``None`` stands for totals that are not published. Cells under an
    unpublished total are not published.

    >>> safe_cells(np.array([[20, 30, 3]]), np.array([True]), None, 11).tolist()
    [[False, True, False]]
    """
    shown = (table >= k) & row_totals[:, np.newaxis]
    if column_totals is None:
        return _complement(table, shown, row_totals, k)
    shown &= column_totals
    while True:
        before = int(shown.sum())
        shown = _complement(table, shown, row_totals, k)
        shown = _complement(table.T, shown.T, column_totals, k).T
        if int(shown.sum()) == before:
            return shown


def _complement(table: Table, shown: Shown, totals: Shown, k: int) -> Shown:
    shown = shown.copy()
    while True:
        hidden = ~shown & (table > 0)
        number = hidden.sum(axis=1)
        open_rows = (
            totals & (number > 0) & ((number == 1) | ((table * hidden).sum(axis=1) < k)) & shown.any(axis=1)
        )
        if not open_rows.any():
            return shown
        rows = np.flatnonzero(open_rows)
        smallest = np.where(shown[rows], table[rows], np.iinfo(np.int64).max).argmin(axis=1)
        shown[rows, smallest] = False


def _fold(codes: Codes, variables: Sequence[Variable]) -> tuple[Codes, list[int]]:
    folded = codes.copy(order="F")
    sizes = []
    for position, variable in enumerate(variables):
        if _is_flag(variable):
            folded[:, position] = codes[:, position] == 2
            sizes.append(2)
        else:
            sizes.append(variable.cardinality)
    return folded, sizes


def _is_flag(variable: Variable) -> bool:
    return variable.values == ("no", "yes")


def _reported(variable: Variable) -> Shown:
    return np.array([False, True]) if _is_flag(variable) else np.ones(variable.cardinality, bool)


def _text(variable: Variable, code: int) -> str:
    if _is_flag(variable):
        return "yes"
    return variable.values[code - 1] if code else ""
