"""An engine for people's rows outside a vault: in little memory, and nowhere on the disk in clear."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tiphub.engine.duckdb_engine import DuckDBEngine
from tiphub.engine.encryption import encrypt_spill, encryption_installed
from tiphub.errors import TiphubError

_NAME = ".tiphub-spill-"
_THREADS = 8
"""At most, of a machine that has more: each needs some 100 MB of its own, within the limit."""


@contextmanager
def spilling(
    folder: Path | None = None, *, memory_limit: str = "1GB", threads: int = _THREADS
) -> Iterator[DuckDBEngine]:
    """An engine whose tables lie encrypted on the disk as far as they outgrow ``memory_limit``.

    The key is made anew for each engine and only ever lies in its memory. What was spilled is removed at the
    end; what a killed process left, and nobody can read any more, is removed by the next that spills into the
    same folder. Where the extra that encrypts is not installed, all is kept in memory, without a limit.

    Args:
        folder: where to spill; the system's folder for such files when left out, which may be memory.
        memory_limit: for example ``"2GB"``.
        threads: so many at most.

    Raises:
        TiphubError: nothing can be written there, or the extra is of another version.
    """
    if not encryption_installed():
        with DuckDBEngine() as engine:
            yield engine
        return
    threads = min(threads, os.cpu_count() or 1)
    with (
        _of_its_own(folder or Path(tempfile.gettempdir())) as spill,
        DuckDBEngine(memory_limit=memory_limit, temp_directory=spill, threads=threads) as engine,
    ):
        encrypt_spill(engine)
        engine.execute("SET lock_configuration = true")
        yield engine


@contextmanager
def _of_its_own(folder: Path) -> Iterator[Path]:
    """A new folder in another, locked until the process ends; such folders that nobody holds are removed."""
    for left in folder.glob(f"{_NAME}*"):
        with _held(left) as nobody_does:
            if nobody_does:
                shutil.rmtree(left, ignore_errors=True)
    try:
        made = Path(tempfile.mkdtemp(prefix=_NAME, dir=folder))
    except OSError as error:
        raise TiphubError(f"Nothing can be written here: {error.strerror}.", where=str(folder)) from None
    with _held(made) as ours:
        if ours:
            try:
                yield made
            finally:
                shutil.rmtree(made, ignore_errors=True)
            return
    with _of_its_own(folder) as another:  # somebody who tidied up was quicker than the lock
        yield another


@contextmanager
def _held(folder: Path) -> Iterator[bool]:
    """Whether this process holds a folder now, as long as the context lasts."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:  # gone meanwhile, or somebody else's
        yield False
        return
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
    finally:
        os.close(handle)
