"""A question answered on a release: the rows behind one picture, its table and its files."""

from collections.abc import Sequence
from dataclasses import dataclass

import ibis.expr.types as ir

from tiphub.evidence.noise import Cell as Narrowed
from tiphub.evidence.noise import MeasuredCounts
from tiphub.evidence.tabulate import Row, tabulate
from tiphub.portal.nobody import listed, with_nobody
from tiphub.portal.numbers import Number, denominator, numerator
from tiphub.portal.questions import Question
from tiphub.portal.texts import Texts
from tiphub.standard import Code, Standard


@dataclass(frozen=True, slots=True)
class Cell:
    """One option's figures in one series; the interval of the share counts all noise in."""

    series: str
    series_label: str
    number: Number
    of: Number
    share: float | None
    low: float | None
    high: float | None

    @property
    def count(self) -> int | None:
        """How many people, if it may be said."""
        return self.number.people

    @property
    def figures(self) -> dict[str, float | int | None]:
        """The numbers by the names that files and the API give them."""
        return {
            "numerator": self.number.people,
            "denominator": self.of.people,
            "share": self.share,
            "low": self.low,
            "high": self.high,
            "numerator_low": self.number.low,
            "numerator_high": self.number.high,
            "denominator_low": self.of.low,
            "denominator_high": self.of.high,
        }


@dataclass(frozen=True, slots=True)
class Line:
    """One option with its figures, a cell a series.

    ``broad`` marks a code that stands for several others of the list (a region instead of a country): for
    these people the release shows no more.
    """

    code: str
    label: str
    cells: tuple[Cell, ...]
    broad: bool

    @property
    def count(self) -> int:
        """How many people, as far as it may be shown: what lines are ordered by."""
        return sum(cell.count or 0 for cell in self.cells)

    @property
    def held(self) -> bool:
        """Whether a number of it is held back."""
        return any(cell.count is None for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Series:
    """One series with the number of people that its shares are of."""

    code: str
    label: str
    of: Number


@dataclass(frozen=True, slots=True)
class Answer:
    """All that one picture shows; ``people`` is how many the filters leave, known or not.

    ``noisy``: its numbers carry privacy noise, and their bounds; ``unlisted``: answers that nobody gave have
    no line.
    """

    question: Question
    title: str
    definition: str
    group: bool
    series: tuple[Series, ...]
    lines: tuple[Line, ...]
    people: Number
    noisy: bool = False
    unlisted: bool = False

    @property
    def shown(self) -> tuple[Line, ...]:
        """The lines with a number; among ordered ones (ages) those of broader codes last.

        Under noise a 0 is a number too: nobody can say that it is nobody.
        """
        found = [line for line in self.lines if line.count or (self.noisy and not line.held)]
        return tuple(sorted(found, key=lambda line: line.broad) if self.question.ordered else found)

    @property
    def few(self) -> tuple[Line, ...]:
        """The lines of which only is said that there are few people."""
        return tuple(line for line in self.lines if not line.count and line.held)

    @property
    def split(self) -> bool:
        """Whether there is a line for each group of a comparison."""
        return any(series.code for series in self.series)

    @property
    def known(self) -> Number:
        """How many people an answer is known of; of one series."""
        return self.series[0].of if self.series else Number(0)

    @property
    def unmeasured(self) -> bool:
        """Whether there is a line with a number or a share whose interval nobody can say."""
        return self.noisy and any(
            cell.number.low is None or (cell.share is not None and cell.low is None)
            for line in self.shown
            for cell in line.cells
        )

    @property
    def partly_held(self) -> bool:
        """Whether a line is shown for one series and held back for another."""
        return any(line.held for line in self.shown)

    @property
    def top(self) -> float:
        """The largest share, its interval counted in: how far the bars' axis reaches."""
        return (
            max((cell.high or cell.share or 0.0 for line in self.lines for cell in line.cells), default=0.0)
            or 1.0
        )

    def line(self, code: str) -> Line | None:
        """The line of one code."""
        return next((line for line in self.lines if line.code == code), None)


def answer(
    table: ir.Table,
    standard: Standard,
    question: Question,
    *,
    by: Sequence[str] = (),
    smallest_count: int | None,
    people: Number,
    t: Texts,
    noise: MeasuredCounts | None = None,
    within: Narrowed | None = None,
) -> Answer:
    """Count one question on a table that was narrowed down to ``within``; ``by`` is at most one field.

    ``noise`` is what the release says of its counts, if they carry noise.
    """
    name = question.name
    group = name in standard.groups
    by = tuple(field for field in by if name not in _TELLING.get(field, (field,)))
    rows = tabulate(
        table,
        standard,
        group=name if group else None,
        field=None if group else name,
        by=by,
        smallest_count=smallest_count,
        noise=noise,
        within=within,
    ).rows
    known = [row for row in rows if row.value is not None and None not in row.by.values()]
    if noise and not (group or smallest_count):
        known = with_nobody(known, standard, name, noise, within or {})
    item = standard.groups[name] if group else standard.fields[name]
    codes = _codes(standard, name, known)
    series = _series(standard, by, known, t)
    parents = _parents(standard, name)
    found = _by_code(known)
    absent = Number(None if smallest_count else 0)
    lines = tuple(
        Line(code.code, t.of(code.label), _cells(series, found[name], absent), name in parents)
        for name, code in codes.items()
    )
    if not question.ordered:
        lines = tuple(sorted(lines, key=lambda line: (line.code == "other", -line.count, line.label)))
    return Answer(
        question,
        t.of(item.label),
        t.of(item.definition),
        group,
        tuple(Series(code, label, _denominator(known, code)) for code, label in series),
        lines,
        people,
        noise is not None,
        noise is not None and not group and not listed(noise, name),
    )


_TELLING = {"majority_status": ("majority_status", "age_band")}
"""Questions whose answer tells the field they could be split by."""


def _codes(standard: Standard, name: str, rows: Sequence[Row]) -> dict[str, Code]:
    present = {str(row.value) for row in rows}
    if name in standard.groups:
        return {code.code: code for code in standard.options(name) if code.code in present}
    if standard.fields[name].codes is None:
        return {value: Code(value, {"en": value}, {}) for value in sorted(present)}
    return {code.code: code for code in standard.codes_of(name).codes if code.code in present}


def _parents(standard: Standard, name: str) -> frozenset[str]:
    if name in standard.groups or standard.fields[name].codes is None:
        return frozenset()
    return frozenset(code.broader for code in standard.codes_of(name).codes if code.broader)


def _series(standard: Standard, by: Sequence[str], rows: Sequence[Row], t: Texts) -> list[tuple[str, str]]:
    if not by:
        return [("", "")]
    present = {row.by[by[0]] for row in rows}
    return [(code.code, t.of(code.label)) for code in standard.codes_of(by[0]).codes if code.code in present]


def _by_code(rows: Sequence[Row]) -> dict[str, dict[str, Row]]:
    found: dict[str, dict[str, Row]] = {}
    for row in rows:
        found.setdefault(str(row.value), {})[_key(row)] = row
    return found


def _key(row: Row) -> str:
    return str(next(iter(row.by.values()), ""))


def _denominator(rows: Sequence[Row], series: str) -> Number:
    row = next((row for row in rows if _key(row) == series), None)
    return denominator(row) if row else Number(0)


def _cells(series: Sequence[tuple[str, str]], rows: dict[str, Row], absent: Number) -> tuple[Cell, ...]:
    """A cell a series; ``absent`` is the number without a row: nobody, or nobody who is shown."""
    cells = []
    for key, label in series:
        row = rows.get(key)
        if row is None:
            cells.append(Cell(key, label, absent, Number(None), None, None, None))
        else:
            numbers = (numerator(row), denominator(row))
            cells.append(Cell(key, label, *numbers, row.share, row.low, row.high))
    return tuple(cells)
