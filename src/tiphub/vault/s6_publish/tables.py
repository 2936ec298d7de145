"""Records and counts, as CSV and as Parquet, in an order that says nothing about where a row came from."""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from tiphub.engine import DuckDBEngine
from tiphub.release.schema import COUNTS, is_flag, is_integer, records_schema
from tiphub.standard import Variable
from tiphub.standard.variables import encode
from tiphub.tabular.mapped import Mapped

ROWS = 2**17
"""Rows that are written at a time; a row group of the Parquet file has as many."""
_MEMORY = "250MB"
"""For sorting; what needs more is sorted on the disk."""


def typed_records(records: pa.Table, variables: Sequence[Variable], folder: Path | None = None) -> pa.Table:
    """Give text records their published types, sorted by all columns so that their order carries nothing.

    Args:
        records: text codes or null; may be more than memory holds.
        variables: the columns of the records.
        folder: where the sorted records lie, and what is sorted on the way (see `Mapped`).

    Returns:
        The records on the disk, text by dictionary.

    Raises:
        ValueError: a cell is no value of its column.
    """
    columns = [_Sorted(item) for item in variables]
    loose = Mapped(pa.schema([(str(place), pa.uint16()) for place in range(len(columns))]), folder)
    for piece in slices(records):
        codes = encode(piece, variables)
        ranks = [pa.array(column.rank[codes[:, place]]) for place, column in enumerate(columns)]
        loose.write(pa.record_batch(ranks, names=loose.schema.names))
    schema = pa.schema([(column.item.name, column.kind) for column in columns])
    done = Mapped(schema, folder)
    with (
        tempfile.TemporaryDirectory(dir=folder) as spill,
        DuckDBEngine(memory_limit=_MEMORY, temp_directory=Path(spill), threads=2) as engine,
    ):
        table = engine.register("loose", loose.table())
        for batch in engine.batches(table.order_by(*table.columns)):
            cells = [column.cells(np.asarray(batch.column(place))) for place, column in enumerate(columns)]
            done.write(pa.record_batch(cells, schema=schema))
    return done.table()


class _Sorted:
    """A column whose values have a rank: the order of its published type, unknown last."""

    def __init__(self, item: Variable) -> None:
        self.item = item
        self._values = sorted(item.values, key=int) if is_integer(item) else sorted(item.values)
        places = {value: rank for rank, value in enumerate(self._values)}
        self.rank = np.array([len(places), *(places[value] for value in item.values)], np.uint16)
        self.kind = _stored(item)

    def cells(self, ranks: npt.NDArray[np.uint16]) -> pa.Array:
        """The cells of their ranks."""
        unknown = ranks == len(self._values)
        if is_flag(self.item):
            return pa.array(ranks == 1, mask=unknown)
        places = pa.array(np.where(unknown, 0, ranks), pa.int32(), mask=unknown)
        if is_integer(self.item):
            return pa.array([int(value) for value in self._values], pa.int32()).take(places)
        return pa.DictionaryArray.from_arrays(places.cast(self.kind.index_type), self._values)


def _stored(item: Variable) -> pa.DataType:
    published = records_schema([item]).field(0).type
    return pa.dictionary(pa.int16(), published) if pa.types.is_string(published) else published


def slices(table: pa.Table) -> Iterator[pa.Table]:
    """A table, some rows at a time."""
    for start in range(0, table.num_rows, ROWS):
        yield table.slice(start, ROWS)


def typed_counts(counts: pa.Table) -> pa.Table:
    """Give counts their published schema and order: by number of fields, then fields, then values."""
    table = counts.select(COUNTS.names).cast(COUNTS)
    width = pc.count_substring(table.column("fields"), "|")
    keys = table.append_column("width", width)
    order = pc.sort_indices(
        keys, sort_keys=[("width", "ascending"), ("fields", "ascending"), ("values", "ascending")]
    )
    return table.take(order)


def write_csv(table: pa.Table, path: Path) -> None:
    """Write a table as CSV: UTF-8, commas, one line a row, unknown empty, flags yes and no.

    Raises:
        pa.ArrowInvalid: a cell would need quoting, which no code does.
    """
    options = pyarrow.csv.WriteOptions(include_header=False, quoting_style="none")
    schema = pa.schema([(field.name, _plain(field.type, flag=pa.string())) for field in table.schema])
    with path.open("wb") as out:
        out.write((",".join(table.column_names) + "\n").encode())
        with pyarrow.csv.CSVWriter(out, schema, write_options=options) as writer:
            for piece in slices(table):
                cells = [
                    pc.if_else(column, "yes", "no") if pa.types.is_boolean(column.type) else column
                    for column in piece.columns
                ]
                writer.write_table(pa.table(cells, names=table.column_names).cast(schema))


def write_parquet(table: pa.Table, path: Path) -> None:
    """Write a table as Parquet, without the writer's own notes in it."""
    schema = pa.schema([field.with_type(_plain(field.type)) for field in table.schema])
    with pq.ParquetWriter(path, schema, compression="zstd", store_schema=False) as writer:
        for piece in slices(table):
            writer.write_table(piece.cast(schema), row_group_size=ROWS)


def _plain(kind: pa.DataType, flag: pa.DataType | None = None) -> pa.DataType:
    if pa.types.is_dictionary(kind):
        return kind.value_type
    return flag if flag is not None and pa.types.is_boolean(kind) else kind
