"""The embedded engine: DuckDB, spoken to through Ibis."""

import errno
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Self, cast

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa

from tiphub.engine.protocol import BATCH_ROWS, Step
from tiphub.errors import TiphubError

_FULL = ("no space left", "file too large", "disk quota", "could not write", "could not fully write")

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

_TOGETHER = 250_000
"""Rows that `DuckDBEngine.collect` packs at once: so many lie in memory as they came."""

_FEW = 50_000
"""Rows that it leaves as they came if there are no more: packing them would take longer than it is worth."""


class _Counted:
    """A connection that counts its statements: a second one silently ends the stream of the first."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self.statements = 0

    def execute(self, *args: Any, **kwargs: Any) -> duckdb.DuckDBPyConnection:
        self.statements += 1
        return self._connection.execute(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


class DuckDBEngine:
    """Tables in memory, spilled to ``temp_directory`` when they outgrow ``memory_limit``.

    Without a ``temp_directory`` nothing is ever written to disk by itself. What is spilled there lies in
    clear: for people's rows there is `spilling`. Extensions are never fetched.

    Args:
        memory_limit: for example ``"2GB"``; DuckDB's own choice (80% of the machine) when left out.
        temp_directory: where to spill; nowhere when left out.
        threads: as many as the machine has when left out.
        read_only_files: refuse `write_parquet` and any later change of the settings.
    """

    backend: Any

    def __init__(
        self,
        memory_limit: str | None = None,
        temp_directory: Path | None = None,
        threads: int | None = None,
        *,
        read_only_files: bool = False,
    ) -> None:
        config: dict[str, Any] = {
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "preserve_insertion_order": False,
            "temp_directory": str(temp_directory) if temp_directory else "",
        }
        if memory_limit:
            config["memory_limit"] = memory_limit
        if threads:
            config["threads"] = threads
        self._con = _Counted(duckdb.connect(":memory:", config=config))
        self.backend = ibis.duckdb.from_connection(cast("duckdb.DuckDBPyConnection", self._con))
        self._con.execute("SET enable_progress_bar = false")
        self._read_only = read_only_files
        if read_only_files:
            self._con.execute("SET lock_configuration = true")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def register(self, name: str, reader: pa.RecordBatchReader | pa.Table) -> ir.Table:
        """Make an Arrow table, or a stream that can be read once, known under a name.

        >>> engine = DuckDBEngine()
        >>> int(engine.register("t", pa.table({"a": [1, 2]})).a.sum().execute())
        3
        """
        self._con.register(name, reader)
        return self.backend.table(name, database=("temp", "main"))

    def read_parquet(self, path: Path) -> ir.Table:
        """A Parquet file as a table, read where it lies.

        Raises:
            TiphubError: the file is missing or no Parquet.
        """
        try:
            return self.backend.read_parquet(path)
        except (duckdb.IOException, duckdb.InvalidInputException):
            raise TiphubError(
                "This is no readable Parquet file.", where=str(path), do="Check that it was copied whole."
            ) from None

    def batches(self, expr: ir.Table, rows: int = BATCH_ROWS) -> Iterator[pa.RecordBatch]:
        """Stream the rows of an expression, in no particular order unless it is sorted.

        Raises:
            RuntimeError: another query ran on this engine before the stream was done, which ends the stream.
        """
        with speaking():
            stream = self.backend.to_pyarrow_batches(expr, chunk_size=rows)
            mine = self._con.statements
            for batch in stream:
                yield batch
                if self._con.statements != mine:
                    raise RuntimeError("another query ran on this engine while a stream was being read")

    def write_parquet(self, expr: ir.Table, path: Path) -> None:
        """Write an expression to a Parquet file.

        Raises:
            TiphubError: the disk is full, or this engine was opened for reading alone.
        """
        if self._read_only:
            raise TiphubError("This engine only reads.", where=str(path))
        with speaking(str(path)):
            self.backend.to_parquet(expr, path, compression="zstd")

    def hold(self, name: str, expr: ir.Table) -> ir.Table:
        """Keep an expression's rows as a temporary table, so that they are computed once."""
        with speaking():
            self._con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {self.backend.compile(expr)}")
        return self.backend.table(name, database=("temp", "main"))

    def collect(self, name: str, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> ir.Table:
        """Keep a stream's rows as a table, packed as they come: some ten bytes a row of codes.

        They lie in memory, and beyond its limit where the engine spills. The stream may be of this engine's
        own `batches`.
        """
        # A connection of its own: a statement on the stream's would end the stream.
        with speaking(), closing(self._con.cursor()) as other:
            other.execute("ATTACH IF NOT EXISTS ':memory:' AS collected (COMPRESS)")
            other.register("came", schema.empty_table())
            other.execute(f"CREATE OR REPLACE TABLE collected.{name} AS FROM came")
            loose = rows = 0
            for batch in batches:
                other.register("came", pa.Table.from_batches([batch], schema))
                other.execute(f"INSERT INTO collected.{name} FROM came")
                loose += batch.num_rows
                rows += batch.num_rows
                if loose >= _TOGETHER:
                    other.execute("CHECKPOINT collected")
                    loose = 0
            if rows > _FEW:
                other.execute("CHECKPOINT collected")
        return self.backend.table(name, database=("collected", "main"))

    def view(self, name: str, expr: ir.Table) -> ir.Table:
        """Give an expression a name, so that what is built on it neither repeats it nor compiles it again."""
        with speaking():
            self._con.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {self.backend.compile(expr)}")
        return self.backend.table(name, database=("temp", "main"))

    def steps(self, name: str, build: Callable[[Step], ir.Table]) -> ir.Table:
        """A `view` of a long expression that is built in steps; Ibis would copy each as often as it nests."""
        done: list[str] = []

        def step(table: ir.Table) -> ir.Table:
            place = f"{name}_{len(done)}"
            done.append(f"{place} AS NOT MATERIALIZED ({self.backend.compile(table)})")
            return ibis.table(table.schema(), name=place)

        query = self.backend.compile(step(build(step)))
        with speaking():
            self._con.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS WITH {', '.join(done)} {query}")
        return self.backend.table(name, database=("temp", "main"))

    def execute(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
        """Run DuckDB SQL and fetch its rows: for what Ibis has no expression for."""
        with speaking():
            return self._con.execute(sql, parameters).fetchall()

    def insert(self, table: str, expr: ir.Table) -> None:
        """Append an expression's rows to a table, column by name.

        Args:
            table: the name as SQL writes it, quoted and qualified where needed.
            expr: whose columns the table has.
        """
        with speaking():
            self._con.execute(f"INSERT INTO {table} BY NAME {self.backend.compile(expr)}")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of what happens inside is kept, or none of it."""
        with speaking():
            self._con.execute("BEGIN TRANSACTION")
            try:
                yield
                self._con.execute("COMMIT")
            except BaseException:
                self._roll_back()
                raise

    def _roll_back(self) -> None:
        try:
            self._con.execute("ROLLBACK")
        except duckdb.Error:  # the failure itself has ended the transaction
            return

    def close(self) -> None:
        """Let go of memory, threads and files."""
        with speaking():
            self._con.close()


@contextmanager
def speaking(where: str = "") -> Iterator[None]:
    """Turn failures of DuckDB and of the disk that a user can put right into words for them."""
    try:
        yield
    except duckdb.OutOfMemoryException:
        raise TiphubError(
            "There was not enough memory, or no room on the disk to work in.",
            where=where,
            do="Nothing half-done was kept. Free memory and disk space, then run the same command again.",
        ) from None
    except (duckdb.InterruptException, RuntimeError) as error:
        if "interrupted" not in str(error).lower():
            raise
        raise KeyboardInterrupt from None
    except duckdb.Error as error:
        if not any(sign in str(error).lower() for sign in _FULL):
            raise
        raise _disk_full(where) from None
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        raise _disk_full(where or error.filename or "") from None


def _disk_full(where: str) -> TiphubError:
    return TiphubError(
        "The disk is full.",
        where=where,
        do="Nothing half-done was kept. Free some space, then run the same command again.",
    )
