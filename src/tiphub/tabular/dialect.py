"""How a delimited text is written: what stands between cells, what quotes them, where the header is."""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tiphub.errors import TiphubError
from tiphub.tabular.header import find_header, repeats_header

DELIMITERS = (",", ";", "\t", "|", ":", "^", "~", "\x1f", "\x1e", "\x01", "#", "&")
_ROWS = 200


@dataclass(frozen=True)
class Dialect:
    """A delimited text's way of writing, with its header (``header_row`` is counted from 1)."""

    delimiter: str
    quote: str
    escape: str | None
    header_row: int
    header: tuple[str, ...]
    labels: bool = False
    """Whether the row below the header says it again in other words."""


def find_dialect(
    head: str, *, delimiter: str | None, header_row: int | None, complete: bool, where: str
) -> Dialect:
    """Find out how a text is written by reading its first rows in each likely way.

    The way that gives the most rows the header's number of cells wins; of equals the one with more cells.

    ``head`` is the beginning of the file; ``complete`` says that it is all of it.

    Raises:
        TiphubError: a declared delimiter is not one character, or plainly is not the file's.
    """
    if delimiter is not None and not (
        len(delimiter) == 1 and delimiter.isascii() and delimiter not in "\r\n\0"
    ):
        raise TiphubError(f"A delimiter is one ASCII character, not {delimiter!r}.", where=where)
    if not complete:
        head = head[: max(head.rfind("\n"), head.rfind("\r")) + 1] or head
    likely = [candidate for candidate in DELIMITERS if candidate in head] or [","]
    found = [_read(head, candidate, quote, header_row) for candidate in likely for quote in _quotes(head)]
    best = max(found, key=lambda reading: reading.score)
    if delimiter is not None:
        declared = max(
            (_read(head, delimiter, quote, header_row) for quote in _quotes(head)),
            key=lambda reading: reading.score,
        )
        if len(declared.dialect.header) == 1 and best.score[0] > 0.8 and len(best.dialect.header) > 2:
            raise TiphubError(
                f"Split at {delimiter!r} the file has one column; split at {best.dialect.delimiter!r} it has "
                f"{len(best.dialect.header)}.",
                where=where,
                do=f"Declare `file: {{delimiter: {best.dialect.delimiter!r}}}`, or leave the delimiter out.",
            )
        best = declared
    return best.dialect


@dataclass(frozen=True)
class _Reading:
    dialect: Dialect
    score: tuple[float, int]


def _quotes(head: str) -> Sequence[tuple[str, str | None]]:
    ways: list[tuple[str, str | None]] = [('"', None)]
    if '\\"' in head:
        ways.append(('"', "\\"))
    if "'" in head and '"' not in head:
        ways.append(("'", None))
    return ways


def _read(head: str, delimiter: str, quote: tuple[str, str | None], header_row: int | None) -> _Reading:
    rows = _records(head, delimiter, *quote)
    position = find_header(rows[:40]) if header_row is None else header_row - 1
    header = tuple(rows[position]) if position < len(rows) else ()
    body = [row for row in rows[position + 1 :] if any(row)]
    labels = position + 1 < len(rows) and repeats_header(header, rows[position + 1])
    dialect = Dialect(delimiter, quote[0], quote[1], position + 1, header, labels)
    if len(header) < 2:
        return _Reading(dialect, (0.0, len(header)))
    widths = Counter(len(row) for row in body)
    share = widths[len(header)] / len(body) if body else 1.0
    quoted = sum(_looks_quoted(cell, quote[0]) for row in rows for cell in row) / sum(map(len, rows))
    return _Reading(dialect, (round(share - quoted, 2), len(header)))


def _looks_quoted(cell: str, quote: str) -> bool:
    """Whether a cell still wears quotes: the sign of another quote character, or of none."""
    return any(
        cell.startswith(mark) and cell.endswith(mark) and len(cell) > 1 for mark in "\"'" if mark != quote
    )


def _records(head: str, delimiter: str, quote: str, escape: str | None) -> list[list[str]]:
    # Lines as a file has them: str.splitlines would end them at separators of text and of records too.
    lines = io.StringIO(head, newline="")
    reader = csv.reader(lines, delimiter=delimiter, quotechar=quote, escapechar=escape, strict=False)
    rows: list[list[str]] = []
    try:
        for row in reader:
            rows.append(row)
            if len(rows) > _ROWS:
                break
    except csv.Error:
        pass
    return rows
