"""What the rooms above ask of an engine."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol

import ibis.expr.types as ir
import pyarrow as pa

BATCH_ROWS = 100_000
"""Rows of a batch unless the caller chooses: a batch of the standard is then some tens of megabytes."""

Step = Callable[[ir.Table], ir.Table]
"""Closes a step of a long expression, so that the next builds on its columns and does not repeat them."""


class Engine(Protocol):
    """Runs Ibis expressions and streams tables in and out in bounded memory."""

    backend: Any
    """The Ibis backend (``ibis.BaseBackend``) that expressions of this engine belong to."""

    def register(self, name: str, reader: pa.RecordBatchReader | pa.Table) -> ir.Table:
        """Make an Arrow table, or a stream that can be read once, known under a name."""

    def read_parquet(self, path: Path) -> ir.Table:
        """A Parquet file as a table, read where it lies."""

    def batches(self, expr: ir.Table, rows: int = BATCH_ROWS) -> Iterator[pa.RecordBatch]:
        """Stream the rows of an expression."""

    def view(self, name: str, expr: ir.Table) -> ir.Table:
        """Give an expression a name, so that what is built on it neither repeats it nor compiles it again."""

    def steps(self, name: str, build: Callable[[Step], ir.Table]) -> ir.Table:
        """A `view` of a long expression that is built in steps, each of which is compiled by itself."""

    def collect(self, name: str, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> ir.Table:
        """Keep a stream's rows as a table, packed as they come; in memory unless the engine spills."""

    def write_parquet(self, expr: ir.Table, path: Path) -> None:
        """Write an expression to a Parquet file."""

    def close(self) -> None:
        """Let go of memory, threads and files."""
