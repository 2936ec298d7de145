"""The spreadsheet itself: titles, two rows of headers, dates as dates."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from tiphub.simulate.dirt import Row

_EMPTY_ROWS = 25
"""Rows of the template that are numbered and never filled in."""


def write_workbook(path: Path, title: str, columns: Mapping[str, str], rows: Iterable[Row]) -> None:
    """Write an XLSX with a title in merged cells, a row of field names, a row of labels, then the rows.

    The first column holds running numbers and has no name, as in the template.
    """
    import xlsxwriter  # noqa: PLC0415  (an extra: the simulator's tables need none of it)

    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False})
    # Without a fixed date the same rows would give other bytes on another day.
    book.set_properties({"title": title, "created": datetime(2025, 1, 1, tzinfo=UTC)})
    sheet = book.add_worksheet("Cases")
    bold = book.add_format({"bold": True})
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    sheet.merge_range(0, 0, 0, len(columns), title, bold)
    sheet.write_row(1, 1, list(columns), bold)
    sheet.write_row(2, 1, list(columns.values()), bold)
    number = 0
    for number, row in enumerate(rows, 1):
        sheet.write_number(number + 2, 0, number)
        for place, cell in enumerate(row.cells, 1):
            if cell == "#N/A":
                sheet.write_formula(number + 2, place, "=NA()", None, "#N/A")
            elif isinstance(cell, date):
                sheet.write_datetime(number + 2, place, datetime(cell.year, cell.month, cell.day), day)  # noqa: DTZ001
            elif cell is not None:
                sheet.write(number + 2, place, cell)
    for extra in range(number + 1, number + 1 + _EMPTY_ROWS):
        sheet.write_number(extra + 2, 0, extra)
    book.close()
