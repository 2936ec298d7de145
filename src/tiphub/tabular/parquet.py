"""Parquet: typed columns turned into the text that a person would see."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tiphub.errors import TiphubError
from tiphub.tabular import rows
from tiphub.tabular.cells import cell_text, list_defect
from tiphub.tabular.header import clean_header
from tiphub.tabular.model import Origin, RawTable, ReadOptions
from tiphub.tabular.source import Source, hash_file

_BATCH = 50_000


def open_parquet(source: Source, options: ReadOptions) -> RawTable:
    """Open a Parquet file; rows are counted from 1, as it has no header row.

    Raises:
        TiphubError: it is damaged, packed, has no rows, or names a column twice.
    """
    if source.compression is not None:
        raise TiphubError("A Parquet file is not packed again.", where=source.name, do="Unpack it first.")
    try:
        with pq.ParquetFile(source.path) as file:
            names, count = file.schema_arrow.names, file.metadata.num_rows
    except (pa.ArrowInvalid, OSError) as error:
        raise _damaged(source, error) from None
    if count == 0:
        raise TiphubError(
            "The file has columns and no rows.", where=source.name, do="Ask for the file again."
        )
    columns = clean_header(names, where=source.name)
    sha256, size = hash_file(source.path)
    origin = Origin(source.name, sha256, size, "parquet", header_row=0)
    return RawTable(origin, columns, _Reader(source, columns, options.skip_rows).batches, count)


def _damaged(source: Source, error: Exception) -> TiphubError:
    return TiphubError(
        "The Parquet file is damaged or ends in the middle.",
        where=f"{source.name}: {str(error).splitlines()[0]}",
        do="Ask for the file again.",
    )


@dataclass(frozen=True)
class _Reader:
    source: Source
    columns: tuple[str, ...]
    skip: tuple[int, ...]

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Read the file from its beginning."""
        place = 1
        try:
            with pq.ParquetFile(self.source.path) as file:
                for batch in file.iter_batches(_BATCH):
                    table = self._texts(batch, place)
                    place += batch.num_rows
                    yield table.filter(pc.invert(pc.is_in(table.column(0), pa.array(self.skip, pa.int64()))))
        except (pa.ArrowInvalid, OSError) as error:
            raise _damaged(self.source, error) from None

    def _texts(self, batch: pa.RecordBatch, place: int) -> pa.RecordBatch:
        defects = np.full(batch.num_rows, None, dtype=object)
        cells = []
        for column in batch.columns:
            if pa.types.is_nested(column.type):
                for position, value in enumerate(column.to_pylist()):
                    defects[position] = list_defect(value) or defects[position]
            cells.append(_text(column))
        defects[rows.containing(cells, "\ufffd")] = rows.DAMAGED
        defects[rows.containing(cells, "\x00")] = rows.NUL
        defects[rows.empty_rows(cells)] = rows.EMPTY
        numbers = place + np.arange(batch.num_rows, dtype=np.int64)
        return rows.assemble(numbers, pa.array(defects, pa.string()), cells, self.columns)


def _text(column: pa.Array) -> pa.Array:
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.dictionary_decode(), kind.value_type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        text = column.cast(pa.string())
        return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
    if pa.types.is_integer(kind) or pa.types.is_boolean(kind) or pa.types.is_date32(kind):
        return column.cast(pa.string())
    return pa.array([cell_text(value) for value in column.to_pylist()], pa.string())
