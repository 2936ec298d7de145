"""What cannot be, by the standard's own logic: known to everybody, so it costs no privacy."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tiphub.standard.implications import Implication
from tiphub.standard.variables import Codes
from tiphub.vault.s4_protect.dp.blocks import Blocks, Matrix
from tiphub.vault.s4_protect.dp.counting import Table
from tiphub.vault.s4_protect.dp.home import Home

Forbidden = npt.NDArray[np.bool_]
"""Width x width of the blocks: which two cells no record can have together."""


@dataclass(frozen=True, slots=True)
class Derived:
    """The variable at ``place`` has the codes 0 and 1: 1 where any of ``members`` (variable, code) holds."""

    place: int
    members: tuple[tuple[int, int], ...]

    @property
    def variables(self) -> tuple[int, ...]:
        """What it follows from."""
        return tuple(variable for variable, _ in self.members)

    def of(self, codes: Codes) -> npt.NDArray[np.bool_]:
        """Which records have any member."""
        out = np.zeros(len(codes), bool)
        for variable, code in self.members:
            out |= codes[:, variable] == code
        return out


@dataclass(frozen=True, slots=True)
class Follows:
    """The variable at ``place`` follows from ``variables`` in each record, in whatever way."""

    place: int
    variables: tuple[int, ...]


def crosses_itself(table: Table, derived: Iterable[Derived | Follows | Home]) -> bool:
    """Whether a table crosses something derived with what it is derived from: it tells little more."""
    return any(item.place in table and not set(table).isdisjoint(item.variables) for item in derived)


def derive(codes: Codes, derived: Iterable[Derived]) -> Codes:
    """Set what follows in each record, in place."""
    for item in derived:
        codes[:, item.place] = item.of(codes)
    return codes


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


def count_along(gain: Matrix, pull: Matrix, row: Matrix, derived: Sequence[Derived], blocks: Blocks) -> None:
    """Count what follows from a change into what the change gains, in place.

    A record's first member of a derived variable turns it on, the last one that goes turns it off; by itself
    it never changes.

    Args:
        gain: records x cells: what setting the cell in place of the variable's own one would gain.
        pull: records x cells: what each cell weighs.
        row: the records as ones and zeros.
        derived: what follows.
        blocks: where the cells are.
    """
    for item in derived:
        off = int(blocks.offsets[item.place])
        on = pull[:, off + 1] - pull[:, off]
        member = _cells(item, blocks)
        held = row[:, member].sum(axis=1)
        gain[:, member] += np.where(held == 0, on, 0)[:, None]
        for (variable, _), cell in zip(item.members, member, strict=True):
            last = np.nonzero((held == 1) & (row[:, cell] > 0))[0]
            others = np.arange(blocks.width)[blocks.slices[variable]]
            gain[np.ix_(last, others[others != cell])] -= on[last, None]
        gain[:, off : off + 2] = np.inf


def follow_shares(shares: Matrix, derived: Sequence[Derived], blocks: Blocks) -> None:
    """Set what follows in groups within which variables are independent, in place: cells x groups."""
    for item in derived:
        off = int(blocks.offsets[item.place])
        shares[off] = np.prod(1 - shares[_cells(item, blocks)], axis=0)
        shares[off + 1] = 1 - shares[off]


def lead_back(gradient: Matrix, shares: Matrix, derived: Sequence[Derived], blocks: Blocks) -> None:
    """Lead the gradient of what follows back to what it follows from (the chain rule), in place."""
    for item in derived:
        off = int(blocks.offsets[item.place])
        cells = _cells(item, blocks)
        pull = gradient[off + 1] - gradient[off]
        gradient[cells] += pull * shares[off] / np.maximum(1 - shares[cells], np.float32(1e-6))
        gradient[off : off + 2] = 0


def _cells(item: Derived, blocks: Blocks) -> npt.NDArray[np.int64]:
    return np.array([blocks.offsets[variable] + code for variable, code in item.members])
