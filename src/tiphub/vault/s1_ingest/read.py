"""Put a file's cells into the vault."""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain, islice

import pyarrow as pa

from tiphub.errors import TiphubError
from tiphub.progress import Progress
from tiphub.tabular import RawTable
from tiphub.vault.handback import is_repair
from tiphub.vault.schema import raw_table
from tiphub.vault.store import Contribution, Store

_SLICE = 10
"""Batches that are written at once."""


def known_already(store: Store, agency: str, sha256: str) -> Contribution | None:
    """The contribution of this agency with the very same bytes, if there is one."""
    return next((item for item in store.contributions(agency) if item.origin.sha256 == sha256), None)


def read_contribution(
    store: Store, agency: str, raw: RawTable, received: datetime, progress: Progress
) -> Contribution:
    """Copy a file's cells into a table of their own; the file is then ready to be entered with `Store.add`.

    The copy is on the disk when this returns, since what is not yet committed would fill the memory; until
    the file is entered the copy counts for nothing, and the next opening of the store sweeps it away.

    Raises:
        TiphubError: the file cannot be read to its end, or has no rows.
    """
    earlier = store.contributions()
    number = max((item.number for item in earlier), default=0) + 1
    stream = _Stream(raw, progress)
    try:
        _copy(store, raw, stream.batches(), raw_table(number))
    except Exception:
        if stream.failure is not None:
            raise stream.failure from None
        raise
    if not stream.rows:
        raise TiphubError(
            "The file has a header and no rows.",
            where=raw.origin.name,
            do="Ask the agency to export it again.",
        )
    kept = store.engine.execute(f"SELECT count(*) FROM {raw_table(number)}")[0][0]
    if kept != stream.rows:
        raise TiphubError(
            f"{stream.rows:,} rows were read and {kept:,} kept: a fault of tiphub.",
            where=raw.origin.name,
            do="Nothing was changed. Please report it.",
        )
    return Contribution(
        number=number,
        agency=agency,
        name=_name(raw.origin.sha256, received, {item.name for item in earlier if item.agency == agency}),
        origin=raw.origin,
        received=received,
        columns=raw.columns,
        rows=kept,
        repair=is_repair(raw.columns),
        mapping="",
        fingerprint="",
        quality={},
    )


def _copy(store: Store, raw: RawTable, batches: Iterator[pa.RecordBatch], table: str) -> None:
    """Write in slices, since one long statement holds on to batches that it has written."""
    begin = f"CREATE OR REPLACE TABLE {table} AS"
    for first in batches:
        part = chain([first], islice(batches, _SLICE - 1))
        store.engine.register("incoming", pa.RecordBatchReader.from_batches(raw.schema, part))
        store.engine.execute(f"{begin} SELECT * FROM incoming")
        begin = f"INSERT INTO {table}"


def _name(sha256: str, received: datetime, taken: set[str]) -> str:
    day = f"{received:%Y-%m-%d}"
    return next(name for length in range(8, 65) if (name := f"{day}-{sha256[:length]}") not in taken)


class _Stream:
    """Counts the rows on their way, and keeps what went wrong: the engine would only pass its text on."""

    def __init__(self, raw: RawTable, progress: Progress) -> None:
        self.rows = 0
        self.failure: BaseException | None = None
        self._raw = raw
        self._progress = progress

    def batches(self) -> Iterator[pa.RecordBatch]:
        try:
            for batch in self._raw.batches(self._progress):
                self.rows += batch.num_rows
                yield batch
        except BaseException as error:
            self.failure = error
            raise
