"""Give each combination of quasi-identifiers the detail that it can keep in a group of at least k people.

Works on the distinct combinations and how many people have each, never on rows.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from tiphub.standard.variables import Codes
from tiphub.vault.s4_protect.k_anonymity.hierarchy import Hierarchies, Level

LEVELS = 5_000
DROPPED = -1
_LEAST = 1e-9

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Recoding:
    """Which output each combination gets, for how many of its people.

    Three arrays of one length: ``people[i]`` people of combination ``combination[i]`` (a position in the
    input) are published as the combination numbered ``output[i]``, or not at all (``DROPPED``).
    """

    combination: Ints
    output: Ints
    people: Ints


@dataclass(frozen=True, slots=True)
class _Step:
    """A level with what it costs on average."""

    level: Level
    cost: float


def recode(
    combinations: Codes, people: Ints, hierarchies: Hierarchies, *, k: int, record_cost: float
) -> Recoding:
    """Recode locally, so that every output is shared by at least ``k`` people.

    First from the cheapest level to the dearest: whoever finds a group of ``k`` there, groups that stand
    counted in, is placed; who finds none even with every quasi-identifier unknown is dropped. Then once more
    in the same order: move people to finer outputs, filling a new group up with people of larger groups
    where that costs less than it wins.

    Args:
        combinations: distinct combinations x quasi-identifiers.
        people: how many people have each.
        hierarchies: the ways up.
        k: the least size of a group.
        record_cost: what dropping one record loses, in cells.
    """
    steps = _by_cost(combinations, people, hierarchies)
    state = _place(combinations, people, hierarchies, steps, k=k, record_cost=record_cost)
    for step in steps:
        _refine(state, step.level, k)
    return state.compact()


def _by_cost(combinations: Codes, people: Ints, hierarchies: Hierarchies) -> list[_Step]:
    weights = [
        np.bincount(combinations[:, j], people, len(item.lost[0]))
        for j, item in enumerate(hierarchies.ladders)
    ]
    costs = [item.lost @ weight for item, weight in zip(hierarchies.ladders, weights, strict=True)]
    steps = [
        _Step(level, float(sum(cost[s] for cost, s in zip(costs, level, strict=True))))
        for level in hierarchies.levels(LEVELS)
    ]
    return sorted(steps, key=lambda step: (step.cost, step.level))


class _State:
    """Parcels (people of one combination with one output) and the sizes of the outputs."""

    def __init__(
        self, combinations: Codes, hierarchies: Hierarchies, parcels: tuple[Ints, Ints, Ints, Floats]
    ) -> None:
        self.combinations = combinations
        self.hierarchies = hierarchies
        self.combination, self.output, self.people, self.cost = parcels
        keys, inverse = np.unique(self.output, return_inverse=True)
        sizes = np.bincount(inverse, self.people, len(keys)).astype(np.int64)
        self.sizes: dict[int, int] = dict(zip(keys.tolist(), sizes.tolist(), strict=True))

    def compact(self) -> Recoding:
        """The parcels, alike ones joined and empty ones left out."""
        order = np.lexsort((self.output, self.combination))
        order = order[self.people[order] > 0]
        combination, output = self.combination[order], self.output[order]
        starts = np.flatnonzero((np.diff(combination, prepend=-1) != 0) | (np.diff(output, prepend=-2) != 0))
        people = np.add.reduceat(self.people[order], starts) if len(starts) else self.people[:0]
        return Recoding(combination[starts], output[starts], people)


def _place(
    combinations: Codes,
    people: Ints,
    hierarchies: Hierarchies,
    steps: list[_Step],
    *,
    k: int,
    record_cost: float,
) -> _State:
    left = np.arange(len(people))
    parcels: list[tuple[Ints, Ints, Ints, Floats]] = []
    keys, sizes = np.empty(0, np.int64), np.empty(0, np.int64)
    for step in steps:
        if not len(left):
            break
        codes = combinations[left]
        target, inverse = np.unique(hierarchies.raised(codes, step.level), return_inverse=True)
        size = np.bincount(inverse, people[left], len(target)).astype(np.int64)
        at = np.minimum(np.searchsorted(keys, target), max(len(keys) - 1, 0))
        found = keys[at] == target if len(keys) else np.zeros(len(target), bool)
        ready = found | (size >= k)
        placed = ready[inverse]
        if not placed.any():
            continue
        sizes[at[found]] += size[found]
        fresh = ready & ~found
        order = np.argsort(np.concatenate([keys, target[fresh]]), kind="stable")
        keys = np.concatenate([keys, target[fresh]])[order]
        sizes = np.concatenate([sizes, size[fresh]])[order]
        parcels.append(
            (
                left[placed],
                target[inverse[placed]],
                people[left[placed]],
                hierarchies.lost(codes[placed], step.level),
            )
        )
        left = left[~placed]
    parcels.append((left, np.full(len(left), DROPPED), people[left], np.full(len(left), record_cost)))
    combination, output, number, cost = (np.concatenate(parts) for parts in zip(*parcels, strict=True))
    return _State(combinations, hierarchies, (combination, output, number, cost))


def _refine(state: _State, level: Level, k: int) -> None:
    """Move people to the outputs of one level where that wins information back."""
    codes = state.combinations[state.combination]
    target = state.hierarchies.raised(codes, level)
    cost = state.hierarchies.lost(codes, level)
    change = cost - state.cost
    movable = (target != state.output) & (state.people > 0)
    wins = movable & (change < -_LEAST)
    if not wins.any():
        return
    targets, where = np.unique(target[wins], return_inverse=True)
    promise = np.bincount(where, change[wins] * state.people[wins], len(targets))
    at = np.minimum(np.searchsorted(targets, target), len(targets) - 1)
    involved = np.flatnonzero(movable & (targets[at] == target))
    lacking = k - np.array([state.sizes.get(key, 0) for key in targets.tolist()])
    involved = involved[_hopeful(at[involved], state.people[involved], change[involved], lacking)]
    involved = involved[np.lexsort((change[involved], at[involved], promise[at[involved]]))]
    starts = np.flatnonzero(np.diff(at[involved], prepend=-1)).tolist()
    moves: list[tuple[int, int, int, float]] = []
    for begin, end in pairwise([*starts, len(involved)]):
        chosen = _choose(state, involved[begin:end], change, int(target[involved[begin]]), k)
        for parcel, number in chosen:
            key = int(target[parcel])
            state.people[parcel] -= number
            state.sizes[int(state.output[parcel])] -= number
            state.sizes[key] = state.sizes.get(key, 0) + number
            moves.append((int(state.combination[parcel]), key, number, float(cost[parcel])))
    if not moves:
        return
    combination, output, people, costs = (np.array(column) for column in zip(*moves, strict=True))
    state.combination = np.concatenate([state.combination, combination])
    state.output = np.concatenate([state.output, output])
    state.people = np.concatenate([state.people, people])
    state.cost = np.concatenate([state.cost, costs])


def _hopeful(at: Ints, people: Ints, change: Floats, lacking: Ints) -> npt.NDArray[np.bool_]:
    """Whose output could be filled up for less than it wins, if every group could spare everybody.

    ``at`` says which output each parcel would go to, ``lacking`` how many people each output needs.
    """
    wins = change < -_LEAST
    won = np.bincount(at, people * change * wins, len(lacking))
    helpers = lacking - np.bincount(at, people * wins, len(lacking))
    cheapest = np.full(len(lacking), np.inf)
    np.minimum.at(cheapest, at[~wins], change[~wins])
    hopeful = (helpers <= 0) | (won + np.maximum(helpers, 1) * cheapest < -_LEAST)
    return np.asarray(hopeful[at])


def _choose(state: _State, parcels: Ints, change: Floats, key: int, k: int) -> list[tuple[int, int]]:
    """Who moves to the output ``key``: all who win, then the cheapest others; no group is left below ``k``.

    ``parcels`` are sorted by ``change``, the information lost by one person's move.
    """
    lost = change[parcels].tolist()
    sources = state.output[parcels].tolist()
    people = state.people[parcels].tolist()
    winners: dict[int, int] = {}
    for source, number, each in zip(sources, people, lost, strict=True):
        if each >= -_LEAST:
            break
        winners[source] = winners.get(source, 0) + number
    need = max(k - state.sizes.get(key, 0), 0)
    may_leave: dict[int, int] = {}
    chosen: list[tuple[int, int]] = []
    gathered, balance = 0, 0.0
    for parcel, source, number, each in zip(parcels.tolist(), sources, people, lost, strict=True):
        if each >= -_LEAST and (gathered >= need or balance >= -_LEAST):
            break
        if source not in may_leave:
            size = state.sizes[source]
            whole = source == DROPPED or winners.get(source) == size
            may_leave[source] = size if whole else max(size - k, 0)
        take = min(number, may_leave[source])
        if each >= -_LEAST:
            take = min(take, need - gathered)
        if take > 0:
            may_leave[source] -= take
            gathered += take
            balance += take * each
            chosen.append((parcel, take))
    return chosen if gathered >= need and balance < -_LEAST else []
