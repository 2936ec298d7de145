"""Attacks on protected records, each beside a control that never saw the people attacked.

The method is Anonymeter's (Giomi, Boenisch, Wehmeyer, Tasnádi: *A Unified Framework for Quantifying Privacy
Risk in Synthetic Data*, PoPETs 2023): an attack guesses about people whose data the records were made of, and
the same attack guesses about people whose data were not. What it gets right about the first and not about the
second is what the records give away of persons rather than of the population.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from tiphub.standard.variables import Codes

CONFIDENCE = 0.95
"""Of all intervals of one evaluation together: each is the wider, the more attacks there are (Bonferroni)."""
NEIGHBOURS = 5
"""Records among which the two halves of a person must meet to be linked."""
GUESSES = 500
"""People attacked in each attack, and as many in its control."""
_CELLS = 4_000_000
"""Cells compared at a time: bounds the memory of a search."""

Hits = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Rate:
    """How often a guess was right, with its interval (Wilson)."""

    right: int
    guesses: int
    rate: float
    low: float
    high: float


@dataclass(frozen=True)
class Attack:
    """One attack: on people in the data, on a control of people who were not, and by guessing blindly.

    ``beyond`` is how much more often the attack was right about people in the data, with its interval
    (Newcombe 1998, method 10). ``naive`` guesses without the records (`None` where there is no such guess).
    """

    name: str
    on_people: Rate
    on_control: Rate
    naive: Rate | None
    beyond: tuple[float, float, float]

    @property
    def succeeds(self) -> bool:
        """Whether it beats its control by more than the interval."""
        return self.beyond[1] > 0


def attack(
    records: Codes,
    people: Codes,
    control: Codes,
    names: Sequence[str],
    *,
    random: np.random.Generator,
    guesses: int = GUESSES,
) -> tuple[Attack, ...]:
    """Single people out, link what two sources know of them, and infer what one does not know.

    Args:
        records: what is published, rows x variables.
        people: those whose data the records were made of.
        control: others like them, whose data were not used.
        names: of the variables.
        random: draws who is attacked and by what.
        guesses: how many guesses an attack makes, at most.

    Returns:
        The attacks, each with its control.
    """
    number = min(guesses, len(people), len(control))
    targets = [part[random.choice(len(part), number, replace=False)] for part in (people, control)]
    width = records.shape[1]
    sizes = sorted({min(3, width), max(1, width // 2)})
    wanted = len(sizes) + (width + 1 if width > 1 else 0)
    z = float(norm.ppf(1 - (1 - CONFIDENCE) / 2 / wanted))
    found = []
    for known in sizes:
        single = _singled_out(records, (people, control), random, guesses, known)
        found.append(_attack(f"singling out by {known} columns", single[0], single[1], z))
    if width > 1:
        order = random.permutation(width)
        halves = np.sort(order[: width // 2]), np.sort(order[width // 2 :])
        linked = [_linked(records, rows, halves) for rows in targets]
        found.append(_attack("linking two halves", linked[0], linked[1], z))
        for secret, name in enumerate(names):
            inferred = [_inferred(records, rows, secret) for rows in targets]
            commonest = int(np.bincount(records[:, secret]).argmax()) if len(records) else 0
            blind = targets[0][:, secret] == commonest
            found.append(_attack(f"inferring {name}", inferred[0], inferred[1], z, blind))
    return tuple(found)


def rate(hits: Hits, z: float) -> Rate:
    """A share with its Wilson interval."""
    right, guesses = int(hits.sum()), len(hits)
    if not guesses:
        return Rate(0, 0, 0.0, 0.0, 1.0)
    share = right / guesses
    middle = (share + z * z / (2 * guesses)) / (1 + z * z / guesses)
    half = z * np.sqrt(share * (1 - share) / guesses + z * z / (4 * guesses**2)) / (1 + z * z / guesses)
    return Rate(right, guesses, share, max(0.0, float(middle - half)), min(1.0, float(middle + half)))


def beyond(one: Rate, other: Rate) -> tuple[float, float, float]:
    """The difference of two rates with its interval."""
    gap = one.rate - other.rate
    down = np.hypot(one.rate - one.low, other.high - other.rate)
    up = np.hypot(one.high - one.rate, other.rate - other.low)
    return gap, float(gap - down), float(gap + up)


def _attack(name: str, on_people: Hits, on_control: Hits, z: float, blind: Hits | None = None) -> Attack:
    people, control = rate(on_people, z), rate(on_control, z)
    naive = None if blind is None else rate(blind, z)
    return Attack(name, people, control, naive, beyond(people, control))


def _singled_out(
    records: Codes,
    parts: tuple[Codes, Codes],
    random: np.random.Generator,
    guesses: int,
    known: int,
) -> tuple[Hits, Hits]:
    """Combinations that one record alone has: is there exactly one person who has them too?

    People and control are compared in crowds of one size, since in a larger crowd fewer are alone.
    """
    size = min(map(len, parts))
    crowds = [part[random.choice(len(part), size, replace=False)] for part in parts]
    hits: tuple[list[bool], list[bool]] = ([], [])
    for _ in range(guesses):
        columns = np.sort(random.choice(records.shape[1], known, replace=False))
        alone = _alone(records[:, columns])
        if len(alone):
            guess = alone[random.integers(len(alone))]
            for crowd, hit in zip(crowds, hits, strict=True):
                hit.append(int((crowd[:, columns] == guess).all(axis=1).sum()) == 1)
    return np.array(hits[0], bool), np.array(hits[1], bool)


def _alone(records: Codes) -> Codes:
    """Combinations that one record alone has, and that say something."""
    if not len(records):
        return records
    unique, count = np.unique(records, axis=0, return_counts=True)
    alone: Codes = unique[(count == 1) & (unique > 0).any(axis=1)]
    return alone


def _linked(records: Codes, rows: Codes, halves: Sequence[npt.NDArray[np.int64]]) -> Hits:
    """Whether a person's two halves have one of their nearest records in common."""
    one, other = (_nearest(records[:, half], rows[:, half], NEIGHBOURS) for half in halves)
    out: Hits = (one[:, :, None] == other[:, None, :]).any(axis=(1, 2))
    return out


def _inferred(records: Codes, rows: Codes, secret: int) -> Hits:
    """Whether the nearest record by all other columns has the person's secret."""
    if not len(records):
        return np.zeros(len(rows), bool)
    others = [item for item in range(records.shape[1]) if item != secret]
    near = _nearest(records[:, others], rows[:, others], 1)[:, 0]
    out: Hits = records[near, secret] == rows[:, secret]
    return out


def _nearest(records: Codes, rows: Codes, most: int) -> npt.NDArray[np.int64]:
    """The records that agree with each row in the most cells, rows x most; memory is bounded."""
    most = min(most, len(records))
    found = np.empty((len(rows), most), np.int64)
    step = max(1, _CELLS // max(1, len(records)))
    for start in range(0, len(rows) if most else 0, step):
        part = rows[start : start + step]
        differ = np.zeros((len(part), len(records)), np.int16)
        for column in range(records.shape[1]):
            differ += part[:, column, None] != records[None, :, column]
        found[start : start + step] = np.argpartition(differ, most - 1, axis=1)[:, :most]
    return found
