"""XLSX and ODS: one sheet as text cells, with what a spreadsheet can hide brought to light."""

import shlex
import zipfile

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
    WorksheetNotFound,
)

from tiphub.amount import amount
from tiphub.errors import TiphubError
from tiphub.tabular.cells import cell_text
from tiphub.tabular.grid import lay_out
from tiphub.tabular.marks import read_marks
from tiphub.tabular.model import Origin, RawTable, ReadOptions
from tiphub.tabular.sniff import find_format
from tiphub.tabular.source import Source, hash_file

_BATCH = 20_000
_UNPACKED = 1 << 30


def open_sheet(source: Source, options: ReadOptions) -> RawTable:
    """Open one sheet of a spreadsheet; without a declared one, the first visible sheet that holds anything.

    Raises:
        TiphubError: it is no spreadsheet, locked with a password, or the sheet is not there or empty.
    """
    _refuse_bomb(source)
    book = _workbook(source)
    sheet, notes = _choose(book, options, source.name)
    cells = [[cell_text(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    where = f"{source.name}, sheet {sheet.name}"
    try:
        table = lay_out(cells, read_marks(source, sheet), options, where=where)
    except TiphubError as error:
        if not (others := _others(book, sheet)):
            raise
        raise TiphubError(error.what, where=error.where, do=others) from None
    sha256, size = hash_file(source.path)
    origin = Origin(
        name=source.name,
        sha256=sha256,
        size=size,
        format=find_format(source),
        sheet=sheet.name,
        header_row=table.header_row,
        notes=(*notes, *table.notes),
    )
    batch = table.batch
    return RawTable(
        origin,
        table.columns,
        lambda: (batch.slice(start, _BATCH) for start in range(0, batch.num_rows, _BATCH)),
        batch.num_rows,
    )


def _workbook(source: Source) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_path(str(source.path))
    except CalamineError as error:
        raise TiphubError(
            "The spreadsheet is damaged or ends in the middle.",
            where=f"{source.name}: {error}",
            do="Open it in a spreadsheet programme, save it again, or ask for it again.",
        ) from None


def _refuse_bomb(source: Source) -> None:
    with zipfile.ZipFile(source.path) as archive:
        unpacked = sum(entry.file_size for entry in archive.infolist())
    if unpacked > _UNPACKED:
        raise TiphubError(
            f"Unpacked, the spreadsheet is {unpacked >> 20:,} MB, more than is read at once.",
            where=source.name,
            do="Save the sheet as CSV: that can be of any size.",
        )


def _choose(book: CalamineWorkbook, options: ReadOptions, name: str) -> tuple[CalamineSheet, tuple[str, ...]]:
    if options.sheet is not None:
        try:
            return book.get_sheet_by_name(options.sheet), ()
        except WorksheetNotFound:
            raise TiphubError(
                f"There is no sheet {options.sheet!r}.",
                where=name,
                do=f"Its sheets are: {', '.join(book.sheet_names)}.",
            ) from None
    filled = [sheet for sheet in _visible(book) if sheet.height]
    if not filled:
        raise TiphubError("The spreadsheet is empty.", where=name, do="Ask the agency to send it again.")
    others = [sheet.name for sheet in filled[1:]]
    note = f"sheet {filled[0].name!r} is read; left aside: {', '.join(map(repr, others))}"
    return filled[0], (note,) if others else ()


def _visible(book: CalamineWorkbook) -> list[CalamineSheet]:
    return [
        book.get_sheet_by_name(sheet.name)
        for sheet in book.sheets_metadata
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
    ]


def _others(book: CalamineWorkbook, chosen: CalamineSheet) -> str:
    """What to do where the table is not in this sheet but may be in another."""
    found = [sheet for sheet in _visible(book) if sheet.height > 1 and sheet.name != chosen.name]
    if not found:
        return ""
    listed = ", ".join(f"{sheet.name} ({amount(sheet.height, 'row')})" for sheet in found)
    name = shlex.quote(found[0].name)
    how = f"Name the right one with --sheet {name}, or save it as a file of its own."
    return f"Other sheets have rows: {listed}. {how} In a mapping it is `file: {{sheet: {found[0].name}}}`."
