"""What stands in a file's columns: counted once, kept small."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from tiphub.amount import amount
from tiphub.tabular import DEFECT, EMPTY, MISPLACED, RawTable

SAMPLE = 200_000
"""Rows that are looked at: more would not change a proposal."""


@dataclass(frozen=True)
class Profile:
    """One column: how many rows there are, how many cells are filled, and with what."""

    name: str
    rows: int
    values: Mapping[str, int]
    """Each text with its count, blanks around it removed, the most frequent first."""

    @property
    def filled(self) -> int:
        """How many cells hold anything."""
        return sum(self.values.values())

    @property
    def unique(self) -> bool:
        """Whether every row has a value, and none the same as another."""
        return 1 < self.rows == self.filled == len(self.values)

    @property
    def counts_up(self) -> bool:
        """Whether the values are whole numbers without a gap, as those that number the rows."""
        if not all(text.isdecimal() and len(text) < 10 for text in self.values):
            return False
        numbers = sorted(map(int, self.values))
        return bool(numbers) and numbers == list(range(numbers[0], numbers[0] + len(numbers)))


@dataclass(frozen=True)
class Profiles:
    """All columns of a file, and how many rows were left out.

    ``misplaced`` are rows whose cells do not stand in their columns, ``damaged`` other rows with a defect.
    """

    columns: tuple[Profile, ...]
    misplaced: int
    damaged: int

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out, in words."""
        kinds = (
            (self.misplaced, "whose cells do not fit the columns"),
            (self.damaged, "that cannot be read as they are"),
        )
        return tuple(f"{amount(rows, 'row')} {kind}: not looked at" for rows, kind in kinds if rows)


def profile(raw: RawTable) -> Profiles:
    """Count the texts of every column over the first rows; rows with a defect are left out."""
    counts: dict[str, Counter[str]] = {name: Counter() for name in raw.columns}
    rows = seen = misplaced = empty = 0
    for batch in raw.batches():
        defects = batch.column(DEFECT)
        whole = batch.filter(pc.is_null(defects))
        seen += batch.num_rows
        misplaced += _count(pc.match_substring_regex(defects, "|".join(MISPLACED)))
        empty += _count(pc.equal(defects, EMPTY))
        rows += whole.num_rows
        for name in raw.columns:
            for entry in pc.value_counts(_trimmed(whole.column(name))).to_pylist():
                if entry["values"]:
                    counts[name][entry["values"]] += entry["counts"]
        if rows >= SAMPLE:
            break
    columns = tuple(Profile(name, rows, dict(found.most_common())) for name, found in counts.items())
    return Profiles(columns, misplaced, seen - rows - misplaced - empty)


def _count(found: pa.Array) -> int:
    return pc.sum(found).as_py() or 0


def _trimmed(cells: pa.Array) -> pa.Array:
    return pc.utf8_trim_whitespace(cells)
