"""What a fictional agency is: how it writes down what it knows, and which errors its files have."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from tiphub.simulate.dirt import Cell, Dirt, Row
from tiphub.standard import flag_name


@dataclass(frozen=True, slots=True)
class Contributor:
    """A fictional agency's way of keeping and exporting records.

    Attributes:
        name: of the agency, and of the folder with its ``agency.yml`` and ``mapping.yml``.
        suffix: of its files.
        header: the names of its columns.
        case_number: makes one from a running number.
        first_row: the row, as a person counts, of the first record.
        dirt: the errors in its first delivery.
        cells: the rows for a table in the standard with the columns ``person`` and ``record_id``; always the
            same for the same record.
        write: writes rows to a file, the same bytes for the same rows.
    """

    name: str
    suffix: str
    header: tuple[str, ...]
    case_number: Callable[[int], str]
    first_row: int
    dirt: tuple[Dirt, ...]
    cells: Callable[[pa.Table], list[tuple[Cell, ...]]]
    write: Callable[[Path, Iterable[Row]], None]


def words(table: pa.Table, column: str, said: Mapping[str, str], unknown: Cell = None) -> list[Cell]:
    """A field's codes in the agency's own words."""
    return [unknown if code is None else said[code] for code in table[column].to_pylist()]


def several(table: pa.Table, group: str, said: Mapping[str, str]) -> list[tuple[str, ...] | None]:
    """The options that are yes, in the agency's own words, for each row; ``None`` where there is none.

    Options that the agency has no word for are left out: it does not ask for them. Options of one word are
    named once.
    """
    flags = [(word, table[flag_name(group, option)].to_pylist()) for option, word in said.items()]
    named = [
        tuple(dict.fromkeys(word for word, answers in flags if answers[row])) for row in range(table.num_rows)
    ]
    return [names or None for names in named]


def rows_of(
    columns: Mapping[str, Sequence[Cell]], header: Sequence[str], size: int
) -> list[tuple[Cell, ...]]:
    """Put columns together to rows; a column that is not given is empty."""
    empty: list[Cell] = [None] * size
    return list(zip(*(columns.get(name, empty) for name in header), strict=True))
