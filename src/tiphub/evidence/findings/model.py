"""What a finding is, and what comes out of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tiphub.evidence.findings.intervals import Share

Conditions = Mapping[str, tuple[str, ...]]
"""Columns and their values that count: codes (with all that is narrower), yes or no, years as 2015-2019."""


class Exactly(tuple[str, ...]):
    """Values of a condition that do not stand for what is narrower."""

    __slots__ = ()


Kind = Literal["group", "field", "pair"]


@dataclass(frozen=True, slots=True)
class Measure:
    """What is counted.

    ``group`` or ``field`` named ``name``: the share with any of ``any``; or, if that is empty, the shares of
    every value, of those in ``each``, or of the ``top`` most frequent. ``pair`` compares citizenship with the
    country of exploitation: the share that is ``domestic``, or the ``top`` corridors of those that are not.
    """

    kind: Kind
    name: str
    any: tuple[str, ...] = ()
    each: tuple[str, ...] = ()
    top: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """One of the populations that are told apart, and what it is called in a sentence."""

    key: str
    label: str
    where: Conditions


@dataclass(frozen=True, slots=True)
class Compare:
    """Two parts held against each other, the first by the second."""

    how: Literal["ratio", "difference"]
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that data can be asked: see ``docs/evidence/findings.md``.

    A sentence reads "Of <who>, about half <say>", "<Part> <say> more often than <part>", or, where several
    values are counted, "Among <who>, <say> is ...".
    """

    name: str
    topic: str
    title: str
    who: str
    say: str
    measure: Measure
    where: Conditions
    parts: tuple[Part, ...] = ()
    compare: Compare | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Estimate:
    """One share. ``people`` are all in the population, ``denominator`` those that the share is of.

    ``known`` are the people of whom the information is there at all: more than the denominator where a
    finding is about a part of them (who was taken abroad). Of ``hidden`` more it may be, but a release's
    protection left it out. ``exactness`` are the deviations of the noise in ``known`` and ``people``.

    ``None``: held back because too few people are behind it, or not estimable (``why`` says it).
    ``least`` and ``greatest`` are the share if all whose answer the protection of a release left out, or made
    too broad, had it or had it not in the way that makes it least, or greatest; elsewhere both are the share.
    Of a share on few people ``greatest`` is what it may be, as far as the smallest count tells.
    ``noise`` are the deviations of the privacy noise in numerator and denominator, where there is any.
    """

    people: int | None
    denominator: int | None = None
    numerator: int | None = None
    share: float | None = None
    low: float | None = None
    high: float | None = None
    least: Share | None = None
    greatest: Share | None = None
    noise: tuple[float, float] | None = None
    why: str = ""
    known: int | None = None
    hidden: int = 0
    exactness: tuple[float, float] | None = None

    @property
    def coverage(self) -> float | None:
        """The share of the population whose information is there at all."""
        if self.known is None or not self.people:
            return None
        return min(self.known / self.people, 1.0)


@dataclass(frozen=True, slots=True)
class Cell:
    """The share of one option in one part; ``part`` or ``option`` is empty where there is only one."""

    part: str
    part_label: str
    option: str
    option_label: str
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class Comparison:
    """How the first part's share stands to the second's: a ratio, or a difference (0.1 is ten points).

    ``how`` is what could be taken: a ratio with nobody in the second part becomes a difference.
    """

    how: Literal["ratio", "difference"]
    value: float
    low: float
    high: float

    @property
    def direction(self) -> Literal["more", "less", "unclear"]:
        """Whether the first part's share is the larger one over the whole interval."""
        equal = 1.0 if self.how == "ratio" else 0.0
        return "more" if self.low > equal else "less" if self.high < equal else "unclear"


@dataclass(frozen=True, slots=True)
class Result:
    """A finding's answer: its figures, what its intervals include, and a sentence that they bear out.

    ``problem`` says why there is no figure; then ``sentence`` says it too.
    """

    finding: Finding
    cells: tuple[Cell, ...]
    comparison: Comparison | None
    includes: tuple[str, ...]
    sentence: str
    notes: tuple[str, ...] = ()
    problem: str = ""

    def cell(self, part: str = "", option: str = "") -> Cell | None:
        """One figure; without names, the only one."""
        if not part and not option:
            return self.cells[0] if len(self.cells) == 1 else None
        found = [
            cell
            for cell in self.cells
            if (not part or cell.part == part) and (not option or cell.option == option)
        ]
        return found[0] if len(found) == 1 else None
