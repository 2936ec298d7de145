"""What DuckDB needs to encrypt what it writes: a file of its own, and what does not fit into memory.

It writes encrypted files only with the cryptography of its ``httpfs`` extension, which the package index
carries; it is loaded from the installed package, so that nothing is fetched and nothing is written elsewhere.
"""

from importlib.util import find_spec
from pathlib import Path

import duckdb

from tiphub.engine.duckdb_engine import DuckDBEngine
from tiphub.errors import TiphubError

_PACKAGE = "duckdb_extension_httpfs"


def encryption_installed() -> bool:
    """Whether the extra is here that brings it; the public side does without."""
    return find_spec(_PACKAGE) is not None


def encrypt_spill(engine: DuckDBEngine) -> None:
    """From now on whatever the engine spills is encrypted (AES-256), by a key that only its memory holds.

    Raises:
        TiphubError: the extra is not installed.
    """
    engine.execute(f"LOAD {quoted(str(_extension()))}")
    engine.execute("SET temp_file_encryption = true")


def quoted(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def _extension() -> Path:
    found = find_spec(_PACKAGE)
    if found is None or found.origin is None:
        raise TiphubError("The vault's encryption is not installed.", do='Run: pip install "tiphub[vault]"')
    folder = Path(found.origin).parent / "extensions" / f"v{duckdb.__version__}"
    path = folder / "httpfs.duckdb_extension"
    if not path.is_file():
        raise TiphubError(
            f"The vault's encryption is installed for another version than DuckDB {duckdb.__version__}.",
            where=str(folder),
            do='Run: pip install --force-reinstall "tiphub[vault]"',
        )
    return path
