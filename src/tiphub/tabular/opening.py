"""Open a file, whatever its format."""

from pathlib import Path

from tiphub.errors import TiphubError
from tiphub.tabular.delimited import open_delimited
from tiphub.tabular.model import RawTable, ReadOptions
from tiphub.tabular.source import open_source

_OPENERS = {"csv": open_delimited}
FORMATS = tuple(_OPENERS)


def open_table(path: Path, options: ReadOptions | None = None) -> RawTable:
    """Open a file as it was sent, as text cells.

    Raises:
        TiphubError: it cannot be read as a whole; the error says why and what to do.
    """
    options = options or ReadOptions()
    source = open_source(path)
    name = options.format or "csv"
    if name not in _OPENERS:
        raise TiphubError(
            f"There is no format {name!r}.", where=path.name, do=f"Formats are {', '.join(FORMATS)}."
        )
    return _OPENERS[name](source, options)
