"""A database file that is encrypted at rest: AES-256-GCM, its write-ahead log and its spill files too."""

import os
import re
from pathlib import Path

import duckdb

from tiphub.engine.duckdb_engine import DuckDBEngine, speaking
from tiphub.engine.encryption import encrypt_spill, quoted
from tiphub.errors import TiphubError

CATALOG = "vault"


def open_encrypted(
    path: Path, key: str, temp_directory: Path, *, memory_limit: str = "1GB", threads: int | None = None
) -> DuckDBEngine:
    """An engine to which the encrypted database is attached as ``vault``; made where there is none.

    Raises:
        TiphubError: wrong key, no vault, held by another process, or the extra is not installed.
    """
    engine = DuckDBEngine(memory_limit=memory_limit, temp_directory=temp_directory, threads=threads)
    try:
        encrypt_spill(engine)
        _refuse_closed(path)
        with speaking(str(path)):
            _attach(engine, path, key)
        engine.execute("SET lock_configuration = true")
    except BaseException:
        engine.close()
        raise
    return engine


def _refuse_closed(path: Path) -> None:
    """Say that a file may not be opened; DuckDB's words for it are those for a damaged one.

    It is not opened to see: closing it again would give up the locks that this process has on it.
    """
    if path.exists() and not (path.is_file() and os.access(path, os.R_OK | os.W_OK)):
        raise TiphubError(
            "The vault cannot be opened: this may not be read and written, or it is no file.",
            where=str(path),
            do="Nothing was changed. Give the person who runs tiphub the right to read and write it.",
        )


def _attach(engine: DuckDBEngine, path: Path, key: str) -> None:
    # DuckDB's own messages may quote the statement, and the key with it: none of them is passed on.
    try:
        options = f"ENCRYPTION_KEY {quoted(key)}, ENCRYPTION_CIPHER 'GCM'"
        engine.execute(f"ATTACH {quoted(str(path))} AS {CATALOG} ({options})")
    except duckdb.IOException as error:
        text = str(error)
        if "lock" in text.lower():
            owner = re.search(r"PID (\d+)", text)
            raise TiphubError(
                "Another tiphub is at work on this hub" + (f" (process {owner[1]})." if owner else "."),
                where=str(path),
                do="Wait until it has ended, then run the same command again. Nothing was changed.",
            ) from None
        if "no space" in text.lower() or "too large" in text.lower():
            raise
        raise _unreadable(path) from None
    except duckdb.InvalidInputException as error:
        if "key" in str(error).lower():
            raise TiphubError(
                "The key does not open this vault.",
                where=str(path),
                do="Check TIPHUB_KEY, TIPHUB_KEY_FILE or the key file that hub.yml names.",
            ) from None
        raise _unreadable(path) from None
    except duckdb.Error:
        raise _unreadable(path) from None


def _unreadable(path: Path) -> TiphubError:
    return TiphubError(
        "The vault cannot be opened: the file is damaged, or it is no encrypted vault.",
        where=str(path),
        do="Restore it from a backup.",
    )
