"""Values with too few people to be shown join the broader value above them, judged by a noisy count.

The broadest values (regions) always stay: nobody whose region is known becomes somebody of whom nothing is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from tiphub.standard.variables import Codes, Variable

LARGE = 40
"""Values from which on a variable is regrouped: countries, in practice."""

Place = Literal["broader", "unknown"]

FEW: Mapping[Place, float] = {"broader": 2.5, "unknown": 1.4}
"""Standard deviations of the noise that a value's noisy count must reach to be shown. Less evidence will do
where all would be lost otherwise: people who join a region are still told of."""
FEWEST: Mapping[Place, int] = {"broader": 20, "unknown": 15}
"""People that a value's noisy count must reach to be shown, however little noise there is."""


@dataclass(frozen=True)
class Regrouping:
    """A variable with fewer values: ``new_code[old_code]`` is where each value went.

    ``moved`` names the values that are not shown on their own; ``shown`` says whether any was.
    """

    variable: Variable
    new_code: npt.NDArray[np.int16]
    moved: tuple[str, ...] = ()


def kept(variable: Variable) -> Regrouping:
    """A variable as it is."""
    return Regrouping(variable, np.arange(variable.cardinality, dtype=np.int16))


def is_large(variable: Variable) -> bool:
    """Whether a variable has so many values that some may have too few people."""
    return len(variable.values) > LARGE


def regroup(
    variable: Variable, noisy: npt.NDArray[np.int64], scale: float, *, into: Place = "broader"
) -> Regrouping:
    """Merge the values of a variable whose noisy count is small.

    Args:
        variable: with its hierarchy.
        noisy: a noisy count for unknown and each value.
        scale: the standard deviation of the noise on each.
        into: where small values go: to the value above them, step by step, until there are enough people
            or nothing is above (a place in no region: to unknown); or straight to unknown, for layouts that
            have no broader values.

    Returns:
        The regrouped variable. Only noisy counts were looked at: it costs nothing further.
    """
    index = {value: code for code, value in enumerate(variable.values, start=1)}
    count = {code: float(noisy[code]) for code in index.values()}
    spread = dict.fromkeys(count, scale**2)
    target = {code: code for code in count}
    broadest = {above for above in variable.broader if above} if into == "broader" else set()
    for code in sorted(count, key=lambda item: -_depth(variable, item, index)):
        if count[code] >= max(FEWEST[into], FEW[into] * float(np.sqrt(spread[code]))):
            continue
        if variable.values[code - 1] in broadest and not variable.broader[code - 1]:
            continue
        above = variable.broader[code - 1] if into == "broader" else None
        target[code] = index[above] if above else 0
        if above:
            count[index[above]] += count[code]
            spread[index[above]] += spread[code]
    final = [0] * variable.cardinality
    for code in count:
        place = code
        while place and target[place] != place:
            place = target[place]
        final[code] = place
    shown = sorted(set(final) - {0})
    new = {old: position for position, old in enumerate([0, *shown])}
    return Regrouping(
        Variable(
            variable.name,
            tuple(variable.values[code - 1] for code in shown),
            tuple(variable.broader[code - 1] for code in shown),
        ),
        np.array([new[place] for place in final], np.int16),
        tuple(variable.values[code - 1] for code in sorted(count) if final[code] != code),
    )


def recode(codes: Codes, regroupings: Sequence[Regrouping]) -> Codes:
    """Codes of the original variables as codes of the regrouped ones."""
    out = np.empty_like(codes)
    for position, item in enumerate(regroupings):
        out[:, position] = item.new_code[codes[:, position]]
    return out


def _depth(variable: Variable, code: int, index: Mapping[str, int]) -> int:
    depth, above = 0, variable.broader[code - 1]
    while above is not None:
        depth, above = depth + 1, variable.broader[index[above] - 1]
    return depth
