"""Write rows as an agency's program would export them."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from tiphub.simulate.dirt import UNDECODABLE, Cell, Row


def write_delimited(
    path: Path, header: Sequence[str], rows: Iterable[Row], *, delimiter: str, encoding: str, bad_byte: bytes
) -> None:
    """Write delimited text; a row that is ``cut_off`` ends in the middle, without a line's end."""
    with path.open("wb") as file:
        file.write(_line(header, delimiter).encode(encoding))
        for row in rows:
            line = _line(row.cells, delimiter)
            if row.dirt and row.dirt.kind == "cut_off":
                line = line[: len(line) // 2]
            file.write(bad_byte.join(part.encode(encoding) for part in line.split(UNDECODABLE)))


def _line(cells: Sequence[Cell], delimiter: str) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue()


def write_json_lines(path: Path, header: Sequence[str], rows: Iterable[Row], *, bad_byte: bytes) -> None:
    """Write one JSON object a line, in UTF-8; what is not known is left out."""
    with path.open("wb") as file:
        for row in rows:
            known = {name: cell for name, cell in zip(header, row.cells, strict=True) if cell is not None}
            line = json.dumps(known, ensure_ascii=False, default=date.isoformat) + "\n"
            if row.dirt and row.dirt.kind == "cut_off":
                line = line[: len(line) // 2]
            file.write(bad_byte.join(part.encode() for part in line.split(UNDECODABLE)))
