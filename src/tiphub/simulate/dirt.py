"""Dirty rows of known kinds: what goes wrong when people keep records and export them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import numpy as np

from tiphub.errors import TiphubError

Cell = str | int | float | date | tuple[str, ...] | None
"""One cell as the agency's program holds it; a tuple is a multi-select's list."""

Kind = Literal[
    "unknown_code",
    "unknown_country",
    "impossible_date",
    "unreadable_date",
    "year_out_of_range",
    "impossible_age",
    "too_many_cells",
    "cut_off",
    "undecodable_bytes",
    "formula_error",
    "missing_id",
    "duplicate_id",
    "conflicting_duplicate",
    "empty_row",
    "junk_row",
]
UNDECODABLE = "\ue000"
"""Stands in a cell for bytes that are no text in the file's encoding; a private character."""


@dataclass(frozen=True, slots=True)
class Dirt:
    """One kind of error: in which column, what stands there, and how many rows have it."""

    kind: Kind
    column: str
    value: Cell = None
    rows: int = 2


@dataclass(frozen=True, slots=True)
class Row:
    """A row of an agency's file: its cells, whom it is about (``None``: nobody), what is wrong with it."""

    cells: tuple[Cell, ...]
    person: int | None
    record_id: str
    dirt: Dirt | None = None


def plan(rng: np.random.Generator, rows: int, kinds: Sequence[Dirt]) -> dict[int, Dirt]:
    """Choose a row of its own, by position, for every dirty row asked for.

    Rows that are cut off come last, as the end of an interrupted export does.

    Raises:
        TiphubError: there are too few rows to be dirty in all these ways.
    """
    wanted = [dirt for dirt in kinds for _ in range(dirt.rows)]
    if rows < 2 * len(wanted):
        what = f"An agency has {rows} records, too few for {len(wanted)} dirty rows."
        raise TiphubError(what, do="Simulate at least 2,000 people.")
    last = [dirt for dirt in wanted if dirt.kind == "cut_off"]
    wanted = [dirt for dirt in wanted if dirt.kind != "cut_off"]
    chosen = rng.choice(rows - len(last), size=len(wanted), replace=False)
    found = {int(row): dirt for row, dirt in zip(chosen, wanted, strict=True)}
    return found | {rows - 1 - place: dirt for place, dirt in enumerate(last)}


def spoil(row: Row, dirt: Dirt, header: Sequence[str]) -> tuple[Row, ...]:
    """Put one error on a row: the row changed; or the row, and below it another that should not be there."""
    changed: list[Cell] = list(row.cells)
    if dirt.kind in {"empty_row", "junk_row"}:
        changed = [None] * len(header)
    if dirt.column in header and dirt.kind != "duplicate_id":
        changed[header.index(dirt.column)] = dirt.value
    if dirt.kind == "too_many_cells":
        changed += ["see the paper file", "2"]
    if dirt.kind in {"empty_row", "junk_row"}:
        return row, Row(tuple(changed), None, "", dirt)
    if dirt.kind in {"duplicate_id", "conflicting_duplicate"}:
        return row, replace(row, cells=tuple(changed), dirt=dirt)
    return (
        replace(
            row, cells=tuple(changed), record_id="" if dirt.kind == "missing_id" else row.record_id, dirt=dirt
        ),
    )
