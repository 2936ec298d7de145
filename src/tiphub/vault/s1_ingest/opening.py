"""Open what an agency hands in: an export of its own, or its quarantine put right."""

import zipfile
from pathlib import Path
from typing import IO

from tiphub.tabular import RawTable, ReadOptions, open_table
from tiphub.vault.handback import CONTRIBUTION, is_repair

_PEEK = 1 << 20
_SIGNS = tuple(CONTRIBUTION.encode(name) for name in ("utf-8", "utf-16-le", "utf-16-be"))


def open_file(path: Path, options: ReadOptions) -> RawTable:
    """Open a file; ``options`` describe the agency's own exports, a quarantine is found out by its columns.

    Raises:
        TiphubError: the file cannot be read as a whole.
    """
    if _may_be_repair(path):
        table = open_table(path)
        if is_repair(table.columns):
            return table
    return open_table(path, options)


def _may_be_repair(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            if _named_in(stream):
                return True
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                with archive.open(name) as member:
                    if _named_in(member):
                        return True
    except (OSError, zipfile.BadZipFile, RuntimeError):
        pass  # open_table says what is wrong with it
    return False


def _named_in(stream: IO[bytes]) -> bool:
    head = stream.read(_PEEK)
    return any(sign in head for sign in _SIGNS)
