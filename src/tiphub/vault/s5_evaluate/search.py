"""How attacks search protected records: for who is alone in something, and for what fits a person best."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tiphub.standard.variables import Codes

_CELLS = 4_000_000
"""Pairs of a person and a record compared at a time: bounds the memory of a search."""
_MANY = 20
"""Among more people than this nobody is alone, in whatever crowd they are."""

Hits = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Near:
    """What the records that fit each person best tell.

    ``linked``: whether both halves of the person lead to one record. ``told``, people x columns: what the
    record that fits best by all other columns tells of each; -1 where there are no records.
    """

    linked: Hits
    told: npt.NDArray[np.int16]


def nearest(records: Codes, rows: Codes, halves: Sequence[Places], most: int) -> Near:
    """Find the records that agree with each row in the most cells.

    Args:
        records: where to look.
        rows: the people.
        halves: two sets of columns that are all of them together.
        most: among so many records nearest by each half one has to be the same.
    """
    linked, told = np.zeros(len(rows), bool), np.full(rows.shape, -1, np.int16)
    if not len(records):
        return Near(linked, told)
    step = max(1, _CELLS // len(records))
    for start in range(0, len(rows), step):
        part = rows[start : start + step]
        away = [_differences(records, part, half) for half in halves]
        one, other = (_least(item, min(most, len(records))) for item in away)
        linked[start : start + step] = (one[:, :, None] == other[:, None, :]).any(axis=(1, 2))
        total = away[0] + away[1]
        for secret in range(records.shape[1]):
            without = total - _differ(records, part, secret)
            told[start : start + step, secret] = records[without.argmin(axis=1), secret]
    return Near(linked, told)


def singled_out(
    records: Codes,
    parts: tuple[Codes, Codes],
    random: np.random.Generator,
    guesses: int,
    known: int,
) -> tuple[Hits, Hits]:
    """Combinations of ``known`` columns that one record alone has: is there exactly one person who has them?

    People and control are compared in crowds of one size, since in a larger crowd fewer are alone. Whoever
    one guess was about is not guessed about again, so that guesses are independent of each other: the one
    person from a rare country stands out by many sets of columns, and would be counted as often.
    """
    size = min(map(len, parts))
    drawn = [part[random.choice(len(part), size, replace=False)] for part in parts]
    crowd = np.asfortranarray(np.concatenate(drawn))
    used = np.zeros(len(crowd), bool)
    hits: list[tuple[bool, bool]] = []
    for _ in range(guesses):
        columns = np.sort(random.choice(records.shape[1], known, replace=False))
        factors = random.integers(1, 2**62, known) | 1
        alone = _alone(records, columns, factors)
        if not len(alone):
            continue
        guess = alone[random.integers(len(alone))]
        meant = np.flatnonzero(_keys(crowd, columns, factors) == guess)
        if used[meant].any():
            continue
        used[meant] = len(meant) <= _MANY
        hits.append((int((meant < size).sum()) == 1, int((meant >= size).sum()) == 1))
    told = np.array(hits, bool).reshape(-1, 2)
    return told[:, 0], told[:, 1]


def _alone(records: Codes, columns: Places, factors: Places) -> Places:
    """The keys of combinations that one record alone has, and that say something."""
    keys, count = np.unique(_keys(records, columns, factors), return_counts=True)
    alone: Places = keys[(count == 1) & (keys != 0)]
    return alone


def _keys(rows: Codes, columns: Places, factors: Places) -> Places:
    """A number for each row's combination; all unknown is 0, two alike are as rare as 1 in 2^60 pairs."""
    keys = np.zeros(len(rows), np.int64)
    for column, factor in zip(columns, factors, strict=True):
        keys += rows[:, column] * factor
    return keys


def _differences(records: Codes, rows: Codes, columns: Places) -> npt.NDArray[np.int16]:
    """In how many columns each row differs from each record."""
    total = np.zeros((len(rows), len(records)), np.int16)
    for column in columns:
        total += _differ(records, rows, int(column))
    return total


def _differ(records: Codes, rows: Codes, column: int) -> npt.NDArray[np.bool_]:
    found: npt.NDArray[np.bool_] = rows[:, column, None] != records[None, :, column]
    return found


def _least(away: npt.NDArray[np.int16], most: int) -> Places:
    found: Places = np.argpartition(away, most - 1, axis=1)[:, :most]
    return found
