"""Records whose counts are those of a mixture: draw them, then settle them value by value."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from tiphub.standard.variables import Codes
from tiphub.vault.s4_protect.dp.blocks import Matrix
from tiphub.vault.s4_protect.dp.logic import Forbidden, breaks
from tiphub.vault.s4_protect.dp.mixture import Mixture

LOOKED_AT = 4_000
"""Records looked at in one round of settling, drawn at random."""
CHANGED = 100
"""Records changed at most in one round: few, because all are judged by the counts before the round."""
BOLDNESS = 3.0
"""How far chance may prefer a smaller gain to a larger: else all would rush to the same cell and past it."""
TRIES = 100


def draw(mixture: Mixture, people: int, rules: Forbidden, random: np.random.Generator) -> Codes:
    """Draw records, the same number from each group, without any that the rules forbid."""
    groups = len(mixture.shares)
    group = random.permutation(np.arange(people) % groups)
    codes = _draw(mixture, group, random)
    for _ in range(TRIES):
        bad = np.nonzero(breaks(codes, rules, mixture.blocks))[0]
        if not len(bad):
            return codes
        codes[bad] = _draw(mixture, random.integers(0, groups, len(bad)), random)
    return codes[~breaks(codes, rules, mixture.blocks)]


def settle(
    codes: Codes,
    mixture: Mixture,
    weight: Matrix,
    rules: Forbidden,
    *,
    rounds: int,
    random: np.random.Generator,
    advance: Callable[[int], None] = lambda _: None,
) -> Codes:
    """Bring the two-way counts of records to the mixture's, one value of one record at a time.

    Each round looks at some records, finds for each the one change of one value that lessens the weighted
    squared error the most, and makes some of these changes.

    Args:
        codes: the records, changed in place.
        mixture: whose tables are the goal.
        weight: width x width, how much one person too many weighs in a cell; one-way on the diagonal.
        rules: what no record may become.
        rounds: how many rounds.
        random: chooses the records.
        advance: is told of each round.
    """
    blocks = mixture.blocks
    goal = (mixture.cross() * len(codes)).astype(np.float32)
    now = blocks.cross(codes)
    ruled = np.nonzero(rules.any(axis=0))[0]
    veto = rules[np.ix_(ruled, ruled)].astype(np.float32)
    for done in range(rounds):
        chosen = random.choice(len(codes), min(LOOKED_AT, len(codes)), replace=False)
        positions = blocks.positions(codes[chosen])
        row = blocks.one_hot(positions)
        pull = row @ (weight * (now - goal))
        gain = pull - np.take_along_axis(pull, positions, 1)[:, blocks.owner]
        gain[:, ruled] = np.where(row[:, ruled] @ veto > 0, np.inf, gain[:, ruled])
        best = gain.argmin(axis=1)
        won = gain[np.arange(len(chosen)), best]
        changed = _some(won, int(CHANGED * (1 - done / rounds)) + 20, random)
        before, cell = row[changed], best[changed]
        variable = blocks.owner[cell]
        after = before.copy()
        after[np.arange(len(changed)), positions[changed, variable]] = 0
        after[np.arange(len(changed)), cell] = 1
        now += after.T @ after - before.T @ before
        codes[chosen[changed], variable] = (cell - blocks.offsets[variable]).astype(np.int16)
        advance(1)
    return codes


def _some(won: npt.NDArray[np.float32], most: int, random: np.random.Generator) -> npt.NDArray[np.int64]:
    better = np.nonzero(won < 0)[0]
    if not len(better):
        return better
    blur = random.gumbel(size=len(better)) * BOLDNESS * np.abs(won[better]).mean()
    return better[np.argsort(won[better] - blur)[:most]]


def _draw(mixture: Mixture, group: npt.NDArray[np.int64], random: np.random.Generator) -> Codes:
    codes = np.empty((len(group), len(mixture.blocks.slices)), np.int16, order="F")
    for position, cells in enumerate(mixture.blocks.slices):
        steps = np.cumsum(mixture.shares[:, cells].astype(np.float64), axis=1)
        reached = random.random(len(group)) * steps[group, -1]
        codes[:, position] = (reached[:, None] >= steps[group, :-1]).sum(axis=1)
    return codes
