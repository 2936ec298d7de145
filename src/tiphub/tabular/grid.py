"""A sheet's cells as a table: the header, the labels below it, the rows, what is wrong with which row."""

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from tiphub.amount import amount
from tiphub.errors import TiphubError
from tiphub.tabular import rows
from tiphub.tabular.header import clean_header, find_header, repeats_header
from tiphub.tabular.marks import Area, Marks
from tiphub.tabular.model import ReadOptions
from tiphub.tabular.template import unused_rows

Grid = list[list[str | None]]


@dataclass(frozen=True)
class Laid:
    """A table found in a sheet."""

    batch: pa.RecordBatch
    columns: tuple[str, ...]
    header_row: int
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Header:
    row: int
    columns: tuple[str, ...]
    places: tuple[int, ...]
    unnamed: tuple[int, ...]
    """Which of ``columns`` have no name of their own."""


def lay_out(grid: Grid, marks: Marks, options: ReadOptions, *, where: str) -> Laid:
    """Find the table in the cells of a sheet; its first row and column are those of the sheet.

    Raises:
        TiphubError: there is no header, or no filled row below it.
    """
    header = _header(grid, marks, options.header_row, where)
    notes = []
    if header.row > 1 and options.header_row is None:
        notes.append(f"row {header.row} is taken as the header; the rows above it are left aside as titles")
    skip = set(options.skip_rows)
    if skip:
        notes.append(f"rows {', '.join(map(str, sorted(skip)))} are left aside, as declared")
    elif repeats_header(
        header.columns, [cell or "" for row in grid[header.row : header.row + 1] for cell in row]
    ):
        skip.add(header.row + 1)
        notes.append(f"row {header.row + 1} repeats the header as labels and is left aside")
    body = [
        (number, [row[place] for place in header.places])
        for number, row in enumerate(grid[header.row :], header.row + 1)
        if number not in skip
    ]
    unused, counter = unused_rows([row for _, row in body], header.unnamed)
    used = max(
        [len(body) - unused, *(at for at, (number, _) in enumerate(body, 1) if number in marks.defects)]
    )
    if used < len(body):
        notes.append(
            f"rows {body[used][0]:,} to {body[-1][0]:,} are unused (empty, or numbered only) and left aside"
        )
    if not used:
        raise TiphubError(
            "The sheet has a header and no filled rows.",
            where=where,
            do="Ask the agency for the filled file.",
        )
    kept = [(number, _defect(number, row, marks, counter), row) for number, row in body[:used]]
    return Laid(rows.of_lists(kept, header.columns), header.columns, header.row, tuple(notes))


def _header(grid: Grid, marks: Marks, declared: int | None, where: str) -> _Header:
    row = declared or find_header([[cell or "" for cell in row] for row in grid[:40]]) + 1
    if row > len(grid):
        raise TiphubError(f"There is no row {row}: the sheet has {amount(len(grid), 'row')}.", where=where)
    names = _spread_merged(grid[:row], marks.merged)
    filled = {place for row in grid for place, cell in enumerate(row) if cell}
    below = {place for row in grid[row:] for place, cell in enumerate(row) if cell}
    places = tuple(place for place in sorted(filled) if names[place] or place in below)
    columns = clean_header(
        [names[place] or f"column_{place + 1}" for place in places], where=f"{where}, row {row}"
    )
    return _Header(row, columns, places, tuple(at for at, place in enumerate(places) if not names[place]))


def _spread_merged(top: Grid, merged: Sequence[Area]) -> list[str | None]:
    """The header row with the text of merged cells in every column that they cover.

    A cell merged downwards gives its text to the header row; one merged sideways gives it to each column, the
    second one as "text (2)".
    """
    header = list(top[-1])
    for area in merged:
        if not area.top <= len(top) <= area.bottom:
            continue
        text = top[area.top - 1][area.left - 1]
        for place in range(area.left - 1, min(area.right, len(header))):
            times = place - area.left + 2
            header[place] = f"{text} ({times})" if text and times > 1 else text
    return header


def _defect(number: int, row: Sequence[str | None], marks: Marks, counter: int | None) -> str | None:
    if found := marks.defects.get(number):
        return found
    if not any(cell for place, cell in enumerate(row) if place != counter):
        return rows.EMPTY
    return rows.DAMAGED if any("\ufffd" in cell for cell in row if cell) else None
