"""A table that lies on the disk and is read where it lies: for records that are made, never for people."""

import mmap
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from tiphub.errors import TiphubError


class Mapped:
    """Takes a table batch by batch into a file without a name, and gives it back mapped into memory.

    The system may drop the mapped pages whenever it needs the room. The file goes when nobody holds the table
    any more, and with the process, however that ends. It is not encrypted.

    Args:
        schema: of the table. A column of codes is best a dictionary, the same in every batch.
        folder: where the file lies; the system's folder for such files when left out, which may be memory.

    Raises:
        TiphubError: nothing can be written there.
    """

    def __init__(self, schema: pa.Schema, folder: Path | None = None) -> None:
        self.schema = schema
        self._where = str(folder or tempfile.gettempdir())
        with _room_in(self._where):
            self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115
        self._writer = pa.ipc.new_file(self._file, schema)

    def write(self, batch: pa.RecordBatch) -> None:
        """Add rows.

        Raises:
            TiphubError: there is no room for it, or nothing may be written there.
        """
        with _room_in(self._where):
            self._writer.write(batch)

    def table(self) -> pa.Table:
        """What was written; nothing can be written after that.

        Raises:
            TiphubError: there is no room for it, or nothing may be written there.
        """
        with _room_in(self._where), self._file:
            self._writer.close()
            self._file.flush()
            whole = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
        return pa.ipc.open_file(pa.py_buffer(whole)).read_all()


@contextmanager
def _room_in(folder: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise TiphubError(
            f"There is no room to work in: {error.strerror or error}.",
            where=folder,
            do="Nothing half-done was kept. Free some space, then run the same command again.",
        ) from None
