"""A typed value as the text that a person would see in its cell."""

import datetime as dt
import json
import math
from collections.abc import Callable
from typing import Any

JOIN = "; "


def cell_text(value: object) -> str | None:
    """The text of a value; ``None`` where the cell is empty.

    >>> cell_text(2016.0), cell_text(0.1 + 0.2), cell_text(["threats", "debt"]), cell_text("")
    ('2016', '0.3', 'threats; debt', None)
    """
    for kinds, write in _WRITERS:
        if isinstance(value, kinds):
            return write(value) or None
    return None if value is None else str(value)


def _number(value: float) -> str | None:
    """Fifteen digits, which is what a spreadsheet keeps: no dust of binary fractions."""
    if math.isnan(value):  # what a data frame writes for an empty cell
        return None
    if value.is_integer() and abs(value) < 1e21:
        return f"{value:.0f}"
    return format(value, ".15g")


def _moment(value: dt.datetime) -> str:
    return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _joined(items: list[object]) -> str | None:
    if any(isinstance(item, dict | list) for item in items):
        return _json(items)
    return JOIN.join(text for item in items if (text := cell_text(item)) is not None) or None


# The first kind that fits counts: a boolean is an integer to Python, a moment is a date.
_WRITERS: tuple[tuple[type, Callable[[Any], str | None]], ...] = (
    (str, str),
    (bool, lambda value: "true" if value else "false"),
    (float, _number),
    (dt.datetime, _moment),
    (list, _joined),
    (dict, _json),
    (bytes, lambda value: value.decode("utf-8", "replace")),
)


def list_defect(value: object) -> str | None:
    """Why a list cannot be written into one cell: an item holds the sign that stands between items."""
    if isinstance(value, list) and any(isinstance(item, str) and ";" in item for item in value):
        return "an item of a list holds a semicolon: joined in one cell it would look like two"
    return None
