"""What a draft says."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Line:
    """One thing that the draft proposes.

    Attributes:
        target: ``fields.gender``, ``groups.means_of_control``, ``groups.exploitation_type.flags.other`` or
            ``record_id``.
        column: the source column.
        confidence: 0 to 1.
        reason: why, in plain words.
        settled: whether the line stands in the mapping, or waits as a comment for a person to decide.
    """

    target: str
    column: str
    confidence: float
    reason: str
    settled: bool = True


@dataclass(frozen=True)
class Unplaced:
    """A column, or values of a placed column, for which nothing was found."""

    column: str
    why: str


@dataclass(frozen=True)
class Draft:
    """A proposed mapping: its text, what it rests on, and what there is to know of how the file was read."""

    yaml: str
    lines: tuple[Line, ...]
    unplaced: tuple[Unplaced, ...]
    notes: tuple[str, ...] = ()


OPEN = 0.5
"""The score of a word that could mean several codes alike."""


@dataclass(frozen=True)
class Valued:
    """What the texts of a column stand for.

    ``listed`` are texts that the mapping has to list, with their codes (none: unknown) and scores; ``share``
    is the part of the answered cells (or items) that is understood; ``open`` counts texts like nothing known.
    """

    share: float | None
    codes: int
    listed: Mapping[str, tuple[tuple[str, ...], float]] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    open: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class FieldEntry:
    """A field's entry in the mapping."""

    line: Line
    read: str | None = None
    formats: tuple[str, ...] = ()
    valued: Valued | None = None


@dataclass(frozen=True)
class GroupEntry:
    """A group's entry in the mapping: a cell with several answers, columns of flags, or both."""

    line: Line | None = None
    split: tuple[str, ...] = ()
    valued: Valued | None = None
    flags: Mapping[str, Line] = field(default_factory=dict)
    together: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    yes: tuple[str, ...] = ("1",)
    no: tuple[str, ...] = ("0",)
