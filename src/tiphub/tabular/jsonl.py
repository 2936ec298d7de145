"""JSON Lines: one object a line, its keys the columns."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pyarrow as pa

from tiphub.errors import TiphubError
from tiphub.tabular import rows
from tiphub.tabular.cells import cell_text, list_defect
from tiphub.tabular.encoding import find_encoding
from tiphub.tabular.header import clean_header
from tiphub.tabular.model import Origin, RawTable, ReadOptions
from tiphub.tabular.source import Source, survey
from tiphub.tabular.text import lines

_BATCH = 20_000
_NOT_JSON = "the line is not JSON"
_NOT_OBJECT = "the line is JSON, but no object with named values"
_TWICE = "a name stands twice in the line"


def open_jsonl(source: Source, options: ReadOptions) -> RawTable:
    """Open a file of JSON Lines; its columns are the names of all lines, in order of first appearance.

    Numbers keep the text they were sent with. An object within an object gives columns such as
    ``place.country``; a list is joined with ``"; "``.

    Raises:
        TiphubError: it cannot be read as a whole, or no line of it is an object.
    """
    seen = survey(source)
    encoding = find_encoding(seen, options.encoding, where=source.name)
    _refuse_array(seen.head, source.name)
    names: dict[str, None] = {}
    count = 0
    for record in _records(source, encoding.name):
        count += 1
        names.update(dict.fromkeys(record.cells))
    if not names:
        raise TiphubError(
            "No line of the file is a JSON object.",
            where=source.name,
            do='Export the data as JSON Lines: one object a line, as in {"age": 17}.',
        )
    columns = clean_header(list(names), where=source.name)
    origin = Origin(
        name=source.name,
        sha256=seen.sha256,
        size=seen.size,
        format="jsonl",
        encoding=encoding.name,
        compression=source.compression,
        header_row=0,
        notes=(encoding.note,) if encoding.note else (),
    )
    reader = _Reader(source, encoding.name, tuple(names), columns, frozenset(options.skip_rows))
    return RawTable(origin, columns, reader.batches, count)


def _refuse_array(head: bytes, name: str) -> None:
    if head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"["):
        raise TiphubError(
            "The file is one JSON list; JSON Lines, one object a line, is expected.",
            where=name,
            do="Export it as JSON Lines (`jq -c '.[]' file.json > file.jsonl` turns it).",
        )


@dataclass(frozen=True)
class _Record:
    number: int
    cells: dict[str, str | None]
    defect: str | None = None
    raw: str | None = None


@dataclass(frozen=True)
class _Reader:
    source: Source
    encoding: str
    names: tuple[str, ...]
    columns: tuple[str, ...]
    skip: frozenset[int]

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Read the file from its beginning."""
        records = (
            record for record in _records(self.source, self.encoding) if record.number not in self.skip
        )
        while some := list(islice(records, _BATCH)):
            yield rows.of_lists([(r.number, r.defect, self._row(r)) for r in some], self.columns)

    def _row(self, record: _Record) -> list[str | None]:
        if record.raw is not None:
            return [record.raw, *[None] * (len(self.names) - 1)]
        return [record.cells.get(name) for name in self.names]


def _records(source: Source, encoding: str) -> Iterator[_Record]:
    """Every line; blank lines at the very end are left out."""
    blank: list[int] = []
    for number, line in enumerate(lines(source, encoding), start=1):
        if not line.strip():
            blank.append(number)
            continue
        for earlier in blank:
            yield _Record(earlier, {}, rows.EMPTY)
        blank.clear()
        yield _parse(number, line)


class _RepeatedNameError(ValueError):
    pass


def _parse(number: int, line: str) -> _Record:
    try:
        # Numbers stay the text they are.
        value = json.loads(
            line, parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_object
        )
    except _RepeatedNameError:
        return _Record(number, {}, _TWICE, line)
    except (ValueError, RecursionError):
        return _Record(number, {}, _NOT_JSON, line)
    if not isinstance(value, dict):
        return _Record(number, {}, _NOT_OBJECT, line)
    cells: dict[str, str | None] = {}
    defect = _flatten(value, "", cells)
    if not any(cells.values()):
        defect = rows.EMPTY
    elif "\ufffd" in line:
        defect = rows.DAMAGED
    elif "\\u0000" in line or "\x00" in line:
        defect = rows.NUL
    return _Record(number, cells, defect)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _RepeatedNameError
    return found


def _flatten(value: dict[str, Any], prefix: str, cells: dict[str, str | None]) -> str | None:
    defect = None
    for name, item in value.items():
        if isinstance(item, dict):
            defect = _flatten(item, f"{prefix}{name}.", cells) or defect
        else:
            cells[f"{prefix}{name}"] = cell_text(item)
            defect = list_defect(item) or defect
    return defect
