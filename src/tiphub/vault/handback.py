"""The quarantine as an agency gets it and hands it in again: a CSV file that a spreadsheet cannot harm by.

Beside the file's own columns stand tiphub's: which contribution and row it is, and what is wrong with it. A
cell that a spreadsheet would run as a formula gets an apostrophe in front; handed in again, one apostrophe
in front is taken away, so that every cell comes back as it was sent.
"""

import re
from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

PREFIX = "_tiphub_"
CONTRIBUTION = f"{PREFIX}contribution"
FILE = f"{PREFIX}file"
ROW = f"{PREFIX}row"
ADDED = (
    CONTRIBUTION,
    FILE,
    ROW,
    *(f"{PREFIX}{name}" for name in ("column", "value", "reason", "suggestion")),
)

_RISKY = re.compile(r"[=+\-@\t\r\n']")
_NUMBER = re.compile(r"-(0|[1-9][0-9]{0,14})")


def is_repair(columns: Sequence[str]) -> bool:
    """Whether these are the columns of a quarantine that is handed in again."""
    return CONTRIBUTION in columns and ROW in columns


def guard(cell: str | None) -> str:
    """A cell that no spreadsheet takes for a formula.

    >>> guard("=1+1"), guard("-99"), guard("'quoted'"), guard(None)
    ("'=1+1", '-99', "''quoted'", '')
    """
    if not cell:
        return ""
    return f"'{cell}" if _RISKY.match(cell) and not _NUMBER.fullmatch(cell) else cell


def unguard(cell: ir.StringValue) -> ir.StringValue:
    """The cell that `guard` was given, as an expression."""
    return ibis.ifelse(cell.startswith("'"), cell.substr(1), cell)
