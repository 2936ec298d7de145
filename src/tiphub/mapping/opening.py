"""Open a data file in a known layout as a table in the standard."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from tiphub.engine import Engine
from tiphub.errors import TiphubError
from tiphub.mapping.dates import FIRST
from tiphub.mapping.harmonise import harmonise
from tiphub.mapping.load import load_layout
from tiphub.mapping.plan import make_plan
from tiphub.mapping.spec import Layout, Mapping
from tiphub.mapping.write import carried
from tiphub.standard import Standard
from tiphub.tabular import DEFECT, EMPTY, RawTable, ReadOptions, open_table


@dataclass(frozen=True, slots=True)
class StandardTable:
    """A file read by a layout.

    ``table`` holds the rows without problems, in the standard; ``columns`` those of the standard that the
    layout has (or that follow from what it has); ``read`` and ``quarantined`` count rows. ``left_out`` are
    the file's columns that the layout does not have.
    """

    table: ir.Table
    layout: Layout
    columns: tuple[str, ...]
    read: int
    quarantined: int
    left_out: tuple[str, ...]


def read_options(mapping: Mapping) -> ReadOptions:
    """How a mapping says that its file is to be opened."""
    file = mapping.file
    return ReadOptions(
        file.format, file.encoding, file.delimiter, file.sheet, file.header_row, file.skip_rows
    )


def open_standard(
    path: Path, layout: str, standard: Standard, engine: Engine, *, sheet: str | None = None
) -> StandardTable:
    """Read a data file by one of the standard's layouts; the accepted rows are kept, packed, by the engine.

    What the engine spills of them is in clear unless it is one of `tiphub.engine.spilling`. ``sheet`` is the
    one to read of a spreadsheet, if not the first that is filled.

    Raises:
        TiphubError: no such file or layout, a column is missing, or no row could be read.
    """
    found = load_layout(layout, standard)
    options = read_options(found.mapping)
    raw = open_table(path, replace(options, sheet=sheet or options.sheet))
    cells = engine.register(_CELLS, raw.schema.empty_table())
    rows = engine.steps("_read", lambda step: harmonise(cells, found.mapping, standard, step=step))
    counts = {"read": 0, "quarantined": 0}
    schema = rows.drop("problems", "warnings").schema().to_pyarrow()
    read = _read(raw, rows, engine)
    table = engine.collect("_accepted", schema, _accepted(read, counts))
    if counts["read"] == counts["quarantined"]:
        raise _unread(raw, where=f"{path.name}, {layout}")
    known = {*make_plan(found.mapping, raw.columns, standard, FIRST).cells, *found.columns}
    left_out = tuple(name for name in raw.columns if name not in known)
    return StandardTable(
        table, found, carried(found, standard), counts["read"], counts["quarantined"], left_out
    )


_CELLS = "_cells"


def _read(raw: RawTable, rows: ir.Table, engine: Engine) -> Iterator[pa.RecordBatch]:
    """The rows of a view of `_CELLS` for one piece of the file after the other.

    A single stream of all would read the file ahead of who takes its rows, and hold it in memory: the engine
    takes rows whose text lies in Arrow's buffers for next to nothing.
    """
    for piece in raw.batches():
        engine.register(_CELLS, pa.Table.from_batches([piece], raw.schema))
        yield from engine.batches(rows)


def _unread(raw: RawTable, *, where: str) -> TiphubError:
    """Why not one row was accepted."""
    rows = [_is_empty(batch, raw.columns) for batch in raw.batches() if batch.num_rows]
    if all(rows):
        what = "Every row of the file is empty." if rows else "The file has no rows."
        return TiphubError(what, where=where, do="Check that it is the right file, or export it again.")
    what = "No row of the file could be read by this layout."
    return TiphubError(what, where=where, do="Check that the layout is the right one.")


def _is_empty(batch: pa.RecordBatch, columns: Sequence[str]) -> bool:
    broken = pc.any(pc.not_equal(batch.column(DEFECT), EMPTY)).as_py()
    return not broken and not any(pc.any(pc.not_equal(batch.column(name), "")).as_py() for name in columns)


def _accepted(batches: Iterator[pa.RecordBatch], counts: dict[str, int]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        clean = pc.equal(pc.list_value_length(batch.column("problems")), 0)
        good = batch.filter(clean)
        counts["read"] += batch.num_rows
        counts["quarantined"] += batch.num_rows - good.num_rows
        if good.num_rows:
            yield good.drop_columns(["problems", "warnings"])
