"""The value types of a file as it was sent."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pyarrow as pa

from tiphub.progress import Progress, Silent

ROW = "_row"
DEFECT = "_defect"


@dataclass(frozen=True)
class ReadOptions:
    """What is known about a file beforehand; ``None`` means: find it out.

    Attributes:
        format: ``csv`` (any delimited text), ``xlsx``, ``ods``, ``jsonl`` or ``parquet``.
        encoding: a name that Python knows, such as ``windows-1252``.
        delimiter: the one character between two cells.
        sheet: the name of a spreadsheet's sheet.
        header_row: the row that names the columns, counted from 1.
        skip_rows: rows that are no records (a second header row), counted as a person sees them.
    """

    format: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    skip_rows: tuple[int, ...] = ()


@dataclass(frozen=True)
class Origin:
    """Where a table came from and how it was read.

    ``size`` is in bytes and ``sha256`` over the file as sent, compression included. ``notes`` says in plain
    words what was found out or left aside in reading (a guessed encoding, title rows, empty template rows).
    """

    name: str
    sha256: str
    size: int
    format: str
    encoding: str | None = None
    delimiter: str | None = None
    compression: str | None = None
    sheet: str | None = None
    header_row: int = 1
    quote: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class RawTable:
    """A file's cells as text, read as often as asked, in batches of bounded size."""

    origin: Origin
    columns: tuple[str, ...]
    _read: Callable[[], Iterator[pa.RecordBatch]] = field(repr=False, compare=False)
    rows: int | None = None
    """How many rows there are, where that is known without reading them all."""

    @property
    def schema(self) -> pa.Schema:
        """``_row`` (int64), ``_defect`` (string or null), then every column as string."""
        return raw_schema(self.columns)

    def batches(self, progress: Progress | None = None) -> Iterator[pa.RecordBatch]:
        """Stream the rows in the order of the file.

        Raises:
            TiphubError: the file cannot be read on; the error names the row.
        """
        with (progress or Silent()).stage(f"read {self.origin.name}", self.rows) as task:
            for batch in self._read():
                task.advance(batch.num_rows)
                yield batch

    def reader(self, progress: Progress | None = None) -> pa.RecordBatchReader:
        """The same stream as an Arrow reader, as an engine registers it."""
        return pa.RecordBatchReader.from_batches(self.schema, self.batches(progress))


def raw_schema(columns: tuple[str, ...]) -> pa.Schema:
    """The schema of the batches of a table with these columns."""
    return pa.schema([(ROW, pa.int64()), (DEFECT, pa.string()), *((name, pa.string()) for name in columns)])
