"""What cannot be, by the standard's own logic: known to everybody, so it costs no privacy."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from tiphub.standard import Standard
from tiphub.standard.variables import Codes, Variable
from tiphub.vault.s4_protect.dp.blocks import Blocks

Forbidden = npt.NDArray[np.bool_]
"""Width x width of the blocks: which two cells no record can have together."""


def forbidden(standard: Standard, variables: Sequence[Variable], blocks: Blocks) -> Forbidden:
    """The pairs of values that the standard rules out.

    An age band lies within one majority status; an answer to a group that requires another (a sector of
    labour requires forced labour) rules out that the other is denied or unknown, where the table can tell.
    """
    out = np.zeros((blocks.width, blocks.width), bool)
    names = [item.name for item in variables]
    for first, value, second, other in _rules(standard, variables, names):
        one, two = blocks.offsets[first] + value, blocks.offsets[second] + other
        out[one, two] = out[two, one] = True
    return out


def _rules(
    standard: Standard, variables: Sequence[Variable], names: list[str]
) -> Iterator[tuple[int, int, int, int]]:
    if {"age_band", "majority_status"} <= set(names):
        band, status = names.index("age_band"), names.index("majority_status")
        for value, above in enumerate(variables[band].broader, start=1):
            within = above or variables[band].values[value - 1]
            for other, code in enumerate((None, *variables[status].values)):
                if code != within:
                    yield band, value, status, other
    for position, name in enumerate(names):
        column = standard.columns[name]
        required = standard.groups[column.group].requires if column.group else None
        if required in names and "no" in variables[position].values:
            needed = names.index(required)
            yes = variables[position].values.index("yes") + 1
            for other, code in enumerate((None, *variables[needed].values)):
                if code != "yes":
                    yield position, yes, needed, other


def breaks(codes: Codes, rules: Forbidden, blocks: Blocks) -> npt.NDArray[np.bool_]:
    """Which records hold two values that cannot be together."""
    out = np.zeros(len(codes), bool)
    involved = np.unique(blocks.owner[np.nonzero(rules.any(axis=0))[0]])
    positions = blocks.positions(codes)
    for index, first in enumerate(involved):
        for second in involved[index + 1 :]:
            out |= rules[positions[:, first], positions[:, second]]
    return out
