"""Records whose counts are those of a mixture: draw them, then settle them value by value."""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from tiphub.standard.variables import Codes
from tiphub.vault.s4_protect.dp.blocks import Blocks, Matrix
from tiphub.vault.s4_protect.dp.logic import Derived, Forbidden, breaks, count_along, derive
from tiphub.vault.s4_protect.dp.mixture import Mixture

LOOKED_AT = 1_500
"""Records looked at in one round of settling, drawn at random."""
CHANGED = 100
"""Records changed at most in one round: few, because all are judged by the counts before the round."""
BOLDNESS = 3.0
"""How far chance may prefer a smaller gain to a larger: else all would rush to the same cell and past it."""
TRIES = 100


def draw(
    mixture: Mixture,
    people: int,
    rules: Forbidden,
    random: np.random.Generator,
    derived: Sequence[Derived] = (),
) -> Codes:
    """Draw records, the same number from each group, without any that the rules forbid.

    Where drawing again does not help, as with a handful of people, nothing is known of a record.

    Within a group every variable's shares are met as nearly as whole records can (one draw from each of
    equal slices of its distribution, in an order of its own), so that counts scatter far less than those of
    independent draws.
    """
    variables, groups = range(len(mixture.blocks.slices)), mixture.shares.shape[1]
    each = -(-people // groups)
    slices = np.broadcast_to(np.arange(each), (groups, each))
    inside = (random.permuted(slices, axis=1) + random.random((groups, each)) for _ in variables)
    codes = _draw(mixture, np.repeat(np.arange(groups), each), (item.ravel() / each for item in inside))
    codes = codes[random.permutation(len(codes))[:people]]
    for _ in range(TRIES):
        bad = np.nonzero(breaks(codes, rules, mixture.blocks))[0]
        if not len(bad):
            return derive(codes, derived)
        again = random.integers(0, groups, len(bad))
        codes[bad] = _draw(mixture, again, (random.random(len(bad)) for _ in variables))
    codes[breaks(codes, rules, mixture.blocks)] = 0
    return derive(codes, derived)


def settle(
    codes: Codes,
    blocks: Blocks,
    goal: Matrix,
    weight: Matrix,
    rules: Forbidden,
    *,
    derived: Sequence[Derived] = (),
    rounds: int,
    random: np.random.Generator,
) -> Codes:
    """Bring the two-way counts of records to what they should be, one value of one record at a time.

    Each round looks at some records, finds for each the one change of one value that lessens the weighted
    squared error the most, and makes some of these changes.

    Args:
        codes: the records, changed in place.
        blocks: where the cells are.
        goal: width x width, the counts wanted; one-way on the diagonal.
        weight: width x width, how much one person too many weighs in a cell; one-way on the diagonal.
        rules: what no record may become.
        derived: what follows from the records' other values, and is kept in step with them.
        rounds: how many rounds.
        random: chooses the records.
    """
    now = blocks.cross(codes)
    ruled = np.nonzero(rules.any(axis=0))[0]
    veto = rules[np.ix_(ruled, ruled)].astype(np.float32)
    for done in range(rounds):
        chosen = random.choice(len(codes), min(LOOKED_AT, len(codes)), replace=False, shuffle=False)
        positions = blocks.positions(codes[chosen])
        row = blocks.one_hot(positions)
        pull = row @ (weight * (now - goal))
        gain = pull - np.take_along_axis(pull, positions, 1)[:, blocks.owner]
        count_along(gain, pull, row, derived, blocks)
        gain[:, ruled] = np.where(row[:, ruled] @ veto > 0, np.inf, gain[:, ruled])
        best = gain.argmin(axis=1)
        won = gain[np.arange(len(chosen)), best]
        changed = _some(won, int(CHANGED * (1 - done / rounds)) + 20, random)
        cell = best[changed]
        variable = blocks.owner[cell]
        after = codes[chosen[changed]]
        after[np.arange(len(changed)), variable] = cell - blocks.offsets[variable]
        derive(after, derived)
        made, before = blocks.one_hot(blocks.positions(after)), row[changed]
        now += made.T @ made - before.T @ before
        codes[chosen[changed]] = after
    return codes


def _some(won: npt.NDArray[np.float32], most: int, random: np.random.Generator) -> npt.NDArray[np.int64]:
    better = np.nonzero(won < 0)[0]
    if not len(better):
        return better
    blur = random.gumbel(size=len(better)) * BOLDNESS * np.abs(won[better]).mean()
    return better[np.argsort(won[better] - blur)[:most]]


def _draw(
    mixture: Mixture, group: npt.NDArray[np.int64], chances: Iterable[npt.NDArray[np.float64]]
) -> Codes:
    """A record of each ``group``, by chances from 0 up to 1 for each variable."""
    codes = np.empty((len(group), len(mixture.blocks.slices)), np.int16, order="F")
    for position, (cells, chance) in enumerate(zip(mixture.blocks.slices, chances, strict=True)):
        steps = np.cumsum(mixture.drawn[cells], axis=0, dtype=np.float64)
        # The ends of all groups, one group after the other, ascend: one search places every record.
        ends = (steps[:-1] / steps[-1] + np.arange(steps.shape[1])).T
        reached = np.searchsorted(ends.ravel(), group + chance, side="right")
        codes[:, position] = reached - group * ends.shape[1]
    return mixture.home.go(codes) if mixture.home else codes
