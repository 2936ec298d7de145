"""What a spreadsheet file says beside its values: merged cells, error cells, formulas without a value."""

import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from python_calamine import CalamineSheet

from tiphub.tabular.source import Source

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_CELL = re.compile(rb"<c\b([^>]*?)(?:/>|>(.*?)</c>)", re.DOTALL)
_REFERENCE = re.compile(rb'\br="([A-Z]+)(\d+)"')
_VALUE = re.compile(rb"<v>([^<]+)</v>|<is>")


@dataclass(frozen=True)
class Area:
    """A block of merged cells; rows and columns counted from 1, both ends inclusive."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def name(self) -> str:
        """As a spreadsheet writes it: ``B3:B7``."""
        return f"{column_letters(self.left)}{self.top}:{column_letters(self.right)}{self.bottom}"


@dataclass(frozen=True)
class Marks:
    """What makes single rows of a sheet unreadable, and where cells are merged."""

    merged: tuple[Area, ...]
    defects: Mapping[int, str]


def column_letters(place: int) -> str:
    """A column's name in a spreadsheet.

    >>> column_letters(1), column_letters(28)
    ('A', 'AB')
    """
    letters = ""
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def read_marks(source: Source, sheet: CalamineSheet) -> Marks:
    """Read what stands beside the values of one sheet.

    Merged cells among the data are a defect of every row that they touch: the value stands in the first cell
    only, and whether it holds for all the rows, or the rows are one record, only its writer knows.
    """
    merged = [
        Area(top + 1, left + 1, bottom + 1, right + 1)
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
    ]
    troubles: dict[int, list[str]] = defaultdict(list)
    with zipfile.ZipFile(source.path) as archive:
        if "content.xml" in archive.namelist():
            merged = list(_ods_merged(archive, sheet.name))
        else:
            for row, trouble in _xlsx_troubles(archive, sheet.name):
                troubles[row].append(trouble)
    height = sheet.end[0] + 1 if sheet.end else 0
    for area in merged:
        for row in range(area.top, min(area.bottom, height) + 1):
            troubles[row].append(
                f"cells {area.name} are merged: write the value into each cell that it belongs to"
            )
    return Marks(tuple(merged), {row: "; ".join(said) for row, said in troubles.items()})


def _xlsx_troubles(archive: zipfile.ZipFile, name: str) -> Iterator[tuple[int, str]]:
    """Error cells and formulas without a value: both read as empty, and an empty cell would mean unknown."""
    xml = archive.read(part) if (part := _sheet_part(archive, name)) else b""
    if b't="e"' not in xml and b"<f" not in xml:
        return
    for attributes, content in _CELL.findall(xml):
        where = _REFERENCE.search(attributes)
        if where is None:
            continue
        cell, row = (where[1] + where[2]).decode(), int(where[2])
        if b't="e"' in attributes:
            error = _VALUE.search(content)
            shown = error[1].decode() if error and error[1] else "an error"
            yield row, f"cell {cell} holds the error {shown}"
        elif b"<f" in content and not _VALUE.search(content):
            yield row, f"cell {cell} holds a formula without its value: open, recalculate and save the file"


def _sheet_part(archive: zipfile.ZipFile, name: str) -> str | None:
    names = set(archive.namelist())
    book, links = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
    if not {book, links} <= names:
        return None
    identity = next(
        (
            element.get(_RELATION)
            for element in ET.fromstring(archive.read(book)).iter()  # noqa: S314
            if element.tag.endswith("}sheet") and element.get("name") == name
        ),
        None,
    )
    for element in ET.fromstring(archive.read(links)):  # noqa: S314
        if element.get("Id") == identity:
            target = (element.get("Target") or "").lstrip("/")
            return next((path for path in (target, f"xl/{target}") if path in names), None)
    return None


def _ods_merged(archive: zipfile.ZipFile, name: str) -> Iterator[Area]:
    if not re.search(rb'-spanned="(?!1")', archive.read("content.xml")):
        return
    inside, row, column = False, 0, 0
    with archive.open("content.xml") as stream:
        for event, element in ET.iterparse(stream, ("start", "end")):  # noqa: S314
            tag = element.tag.rpartition("}")[2]
            if tag == "table":
                inside = event == "start" and _attribute(element, "name") == name
                row = 0
            elif inside and tag == "table-row":
                column = 0
                row += 1 if event == "start" else int(_attribute(element, "number-rows-repeated") or 1) - 1
            elif inside and event == "start" and tag in ("table-cell", "covered-table-cell"):
                column += 1
                down = int(_attribute(element, "number-rows-spanned") or 1)
                across = int(_attribute(element, "number-columns-spanned") or 1)
                if down > 1 or across > 1:
                    yield Area(row, column, row + down - 1, column + across - 1)
                column += int(_attribute(element, "number-columns-repeated") or 1) - 1
            if event == "end":
                element.clear()


def _attribute(element: ET.Element, name: str) -> str | None:
    return next((value for key, value in element.attrib.items() if key.endswith(f"}}{name}")), None)
