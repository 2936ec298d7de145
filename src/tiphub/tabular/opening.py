"""Open a file, whatever its format."""

from collections.abc import Callable, Mapping
from pathlib import Path

from tiphub.errors import TiphubError
from tiphub.tabular.delimited import open_delimited
from tiphub.tabular.jsonl import open_jsonl
from tiphub.tabular.model import RawTable, ReadOptions
from tiphub.tabular.parquet import open_parquet
from tiphub.tabular.sniff import find_format
from tiphub.tabular.source import Source, open_source


def _open_sheet(source: Source, options: ReadOptions) -> RawTable:
    """Spreadsheets need a reader that comes with the vault: an installation of the portal alone has none."""
    try:
        from tiphub.tabular.sheets import open_sheet  # noqa: PLC0415
    except ModuleNotFoundError as missing:
        raise TiphubError(
            f"Spreadsheets cannot be read here ({missing.name} is missing).",
            do='Run: pip install "tiphub[vault]"',
        ) from None
    return open_sheet(source, options)


_OPENERS: Mapping[str, Callable[[Source, ReadOptions], RawTable]] = {
    "csv": open_delimited,
    "xlsx": _open_sheet,
    "ods": _open_sheet,
    "jsonl": open_jsonl,
    "parquet": open_parquet,
}
_ALIKE = ({"csv", "jsonl"}, {"xlsx", "ods"})
FORMATS = tuple(_OPENERS)


def open_table(path: Path, options: ReadOptions | None = None) -> RawTable:
    """Open a file as it was sent, as text cells.

    What the options leave out is found out from the file itself, and ``RawTable.origin`` tells it.

    Raises:
        TiphubError: it cannot be read as a whole; the error says why and what to do.
    """
    options = options or ReadOptions()
    source = open_source(path)
    found = find_format(source)
    wanted = options.format or found
    if wanted not in _OPENERS:
        raise TiphubError(
            f"There is no format {wanted!r}.", where=path.name, do=f"Formats: {', '.join(FORMATS)}."
        )
    if wanted != found and not any({wanted, found} <= alike for alike in _ALIKE):
        raise TiphubError(
            f"The file is {found}, not {wanted}.", where=path.name, do="Correct `file: {format: …}`."
        )
    return _OPENERS[wanted](source, options)
