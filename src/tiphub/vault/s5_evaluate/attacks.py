"""Attacks on protected records, each beside a control that never saw the people attacked.

The method is Anonymeter's (Giomi, Boenisch, Wehmeyer, Tasnádi: *A Unified Framework for Quantifying Privacy
Risk in Synthetic Data*, PoPETs 2023): an attack guesses about people whose data the records were made of, and
the same attack guesses about people whose data were not. What it gets right about the first and not about the
second is what the records give away of persons rather than of the population.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import beta

from tiphub.standard.variables import Codes
from tiphub.vault.s5_evaluate.search import Hits, Near, nearest, singled_out

CONFIDENCE = 0.95
"""Of all intervals of one evaluation together: each is the wider, the more attacks there are (Bonferroni)."""
NEIGHBOURS = 5
"""Records among which the two halves of a person must meet to be linked."""
GUESSES = 500
"""People attacked in each attack, and as many in its control."""
FEWEST = 30
"""Of so few people an answer is known that guessing it tells nothing."""


@dataclass(frozen=True)
class Rate:
    """How often a guess was right, with its interval (Clopper and Pearson 1934).

    It never holds less often than it says: shorter ones do, of few guesses and far out, where an alarm is.
    """

    right: int
    guesses: int
    rate: float
    low: float
    high: float


@dataclass(frozen=True)
class Attack:
    """One attack: on people in the data, on a control of people who were not, and by guessing blindly.

    ``beyond`` is how much more often the attack was right about people in the data, with its interval
    (from those of the two rates: Zou and Donner 2008). ``naive`` guesses without the records (`None` where
    there is no such guess).
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
        The attacks, each with its control; what hardly anybody has answered is not inferred.
    """
    number = min(guesses, len(people), len(control))
    targets = [part[random.choice(len(part), number, replace=False)] for part in (people, control)]
    # In an order of chance, so that of records that fit equally well none is preferred.
    records = np.asfortranarray(records[random.permutation(len(records))])
    width = records.shape[1]
    sizes = sorted({min(3, width), max(1, width // 2)})
    wanted = len(sizes) + (width + 1 if width > 1 else 0)
    tail = (1 - CONFIDENCE) / 2 / wanted
    found = []
    for known in sizes:
        single = singled_out(records, (people, control), random, guesses, known)
        found.append(_attack(f"singling out by {known} columns", single[0], single[1], tail))
    if width > 1:
        order = random.permutation(width)
        halves = np.sort(order[: width // 2]), np.sort(order[width // 2 :])
        near = [nearest(records, rows, halves, NEIGHBOURS) for rows in targets]
        found.append(_attack("linking two halves", near[0].linked, near[1].linked, tail))
        for secret, name in enumerate(names):
            inferred = [_inferred(item, rows, secret) for item, rows in zip(near, targets, strict=True)]
            if min(map(len, inferred)) < FEWEST:
                continue
            blind = _guessed_blindly(records, targets[0], secret)
            found.append(_attack(f"inferring {name}", inferred[0], inferred[1], tail, blind))
    return tuple(found)


def rate(hits: Hits, tail: float) -> Rate:
    """A share with its exact interval; beyond each end lies a chance of at most ``tail``."""
    right, guesses = int(hits.sum()), len(hits)
    if not guesses:
        return Rate(0, 0, 0.0, 0.0, 1.0)
    low = float(beta.ppf(tail, right, guesses - right + 1)) if right else 0.0
    high = float(beta.ppf(1 - tail, right + 1, guesses - right)) if right < guesses else 1.0
    return Rate(right, guesses, right / guesses, low, high)


def beyond(one: Rate, other: Rate) -> tuple[float, float, float]:
    """The difference of two rates with its interval."""
    gap = one.rate - other.rate
    down = np.hypot(one.rate - one.low, other.high - other.rate)
    up = np.hypot(one.high - one.rate, other.rate - other.low)
    return gap, float(gap - down), float(gap + up)


def _attack(name: str, on_people: Hits, on_control: Hits, tail: float, blind: Hits | None = None) -> Attack:
    people, control = rate(on_people, tail), rate(on_control, tail)
    naive = None if blind is None else rate(blind, tail)
    return Attack(name, people, control, naive, beyond(people, control))


def _inferred(near: Near, rows: Codes, secret: int) -> Hits:
    """Whether the nearest record by all other columns tells the secret of those who have one."""
    known = rows[:, secret] > 0
    hits: Hits = near.told[known, secret] == rows[known, secret]
    return hits


def _guessed_blindly(records: Codes, rows: Codes, secret: int) -> Hits:
    """Whether the answer that most records have is that of those who have one."""
    answers = np.bincount(records[:, secret][records[:, secret] > 0], minlength=1)
    hits: Hits = rows[rows[:, secret] > 0, secret] == (answers.argmax() if answers.any() else -1)
    return hits
