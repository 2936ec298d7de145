"""What cannot be, by the standard's own logic: known to everybody, so it costs no privacy."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from tiphub.standard.implications import Implication
from tiphub.standard.variables import Codes
from tiphub.vault.s4_protect.dp.blocks import Blocks

Forbidden = npt.NDArray[np.bool_]
"""Width x width of the blocks: which two cells no record can have together."""


def forbidden(rules: Iterable[Implication], blocks: Blocks) -> Forbidden:
    """The pairs of values that the rules rule out."""
    out = np.zeros((blocks.width, blocks.width), bool)
    for rule in rules:
        cause = blocks.offsets[rule.cause] + rule.value
        ruled_out = np.arange(blocks.width)[blocks.slices[rule.effect]]
        ruled_out = ruled_out[ruled_out != blocks.offsets[rule.effect] + rule.follows]
        out[cause, ruled_out] = out[ruled_out, cause] = True
    return out


def breaks(codes: Codes, rules: Forbidden, blocks: Blocks) -> npt.NDArray[np.bool_]:
    """Which records hold two values that cannot be together."""
    out = np.zeros(len(codes), bool)
    involved = np.unique(blocks.owner[np.nonzero(rules.any(axis=0))[0]])
    positions = blocks.positions(codes)
    for index, first in enumerate(involved):
        for second in involved[index + 1 :]:
            out |= rules[positions[:, first], positions[:, second]]
    return out
