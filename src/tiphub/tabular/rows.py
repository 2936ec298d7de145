"""What can be wrong with single rows, and how such rows are kept."""

import csv
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tiphub.tabular.model import ROW, raw_schema

Mask = npt.NDArray[np.bool_]

EMPTY = "the row is empty"
DAMAGED = (
    "characters that cannot be read (shown as \ufffd): the file's encoding is another one, or text was lost"
)
MISPLACED = ("where the header has", "a quote opens", "a quote in this row", "the line is ")
"""Parts of what is said of rows whose cells do not stand in their columns: nothing else is known of them."""
NUL = "a NUL character stands in the row: the file is damaged there"


def assemble(
    numbers: npt.NDArray[np.int64],
    defects: Sequence[str | None] | pa.Array,
    cells: Sequence[pa.Array],
    columns: tuple[str, ...],
) -> pa.RecordBatch:
    """A batch of raw rows from its parts."""
    schema = raw_schema(columns)
    return pa.RecordBatch.from_arrays(
        [pa.array(numbers, pa.int64()), pa.array(defects, pa.string()), *cells], schema=schema
    )


def of_lists(
    rows: Sequence[tuple[int, str | None, Sequence[str | None]]], columns: tuple[str, ...]
) -> pa.RecordBatch:
    """A batch of raw rows from (number, defect, cells)."""
    numbers = np.array([number for number, _, _ in rows], dtype=np.int64)
    cells = [pa.array([row[2][place] for row in rows], pa.string()) for place in range(len(columns))]
    return assemble(numbers, [defect for _, defect, _ in rows], cells, columns)


def in_order(*batches: pa.RecordBatch) -> pa.RecordBatch:
    """Batches made one, sorted by row number."""
    table = pa.Table.from_batches(batches).combine_chunks().sort_by(ROW).combine_chunks()
    return table.to_batches()[0] if table.num_rows else batches[0]


def empty_rows(cells: Sequence[pa.Array]) -> Mask:
    """The rows of which no cell holds anything."""
    empty = np.ones(len(cells[0]), dtype=bool)
    for column in cells:
        if not empty.any():
            break
        if column.null_count == 0:
            empty[:] = False
        else:
            empty &= np.asarray(column.is_null())
    return empty


def containing(cells: Sequence[pa.Array], text: str) -> Mask:
    """The rows of which some cell holds a text; columns whose bytes do not hold it are passed by quickly."""
    found = np.zeros(len(cells[0]), dtype=bool)
    sought = text.encode()
    for column in cells:
        data = column.buffers()[2]
        if data is not None and sought in data.to_pybytes():
            found |= np.asarray(pc.fill_null(pc.match_substring(column, text), False))
    return found


def swallowed_lines(cells: Sequence[str | None], delimiter: str) -> int:
    """How many whole records a cell seems to hold, because a quote before them was never closed.

    A line within a cell that has as many delimiters as a record is taken for one. Narrow tables (one or two
    columns) are not judged: ordinary text would look like a record.
    """
    if len(cells) < 3:
        return 0
    lines = [line for cell in cells if cell and "\n" in cell for line in cell.split("\n")[1:]]
    return sum(1 for line in lines if line.count(delimiter) >= len(cells) - 1)


def split_record(
    text: str, width: int, *, delimiter: str, quote: str, escape: str | None
) -> list[str | None]:
    """The cells of a record that has too many or too few: all text is kept, the surplus in the last cell."""
    try:
        found = next(csv.reader([text], delimiter=delimiter, quotechar=quote, escapechar=escape), [])
    except csv.Error:
        found = [text]
    kept = found if len(found) <= width else [*found[: width - 1], delimiter.join(found[width - 1 :])]
    return [cell or None for cell in kept] + [None] * (width - len(kept))
