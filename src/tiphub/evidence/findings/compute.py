"""Answer a finding from records: the same for a vault, an open file and a release."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir

from tiphub.errors import TiphubError
from tiphub.evidence.findings.conditions import has, holds
from tiphub.evidence.findings.intervals import Share, difference, ratio, share
from tiphub.evidence.findings.model import Cell, Comparison, Conditions, Estimate, Finding, Part, Result
from tiphub.evidence.findings.noise import Noise
from tiphub.evidence.findings.options import Counted, Option, counted
from tiphub.evidence.findings.sentences import sentence
from tiphub.standard import Standard

if TYPE_CHECKING:
    from tiphub.engine import Engine
    from tiphub.release import Release

FEWEST_BY_NOISE = 4.0
"""A number of people under so many deviations of its own noise is not told from nobody."""


@dataclass(frozen=True)
class Source:
    """Records in the standard.

    ``table`` has the columns that the source carries, and no others. ``smallest_count``: figures on fewer
    people are held back. ``noise``: what a noisy release says of its counts.
    """

    table: ir.Table
    smallest_count: int | None = None
    noise: Noise | None = None


def of_release(release: "Release", records: ir.Table, engine: "Engine", standard: Standard) -> Source:
    """A release as a source; whether its counts carry noise is read off the counts themselves."""
    counts = release.counts(engine)
    noisy = bool(counts.filter(counts["std"].notnull()).limit(1).count().to_pyarrow().as_py())
    noise = Noise(counts, release.variables, standard) if noisy else None
    return Source(records, release.smallest_count, noise)


def answer(finding: Finding, source: Source, standard: Standard) -> Result:
    """Count, take shares with their intervals, compare, and put it in words.

    What the source cannot tell becomes a result with a ``problem`` in plain words, not an error.
    """
    try:
        cells, notes = _cells(finding, source, standard)
    except TiphubError as error:
        return Result(finding, (), None, (), error.what, problem=error.what)
    includes = ("sampling", "privacy noise") if source.noise else ("sampling",)
    comparison = _compare(finding, cells)
    return sentence(Result(finding, cells, comparison, includes, "", notes), source.smallest_count)


def _cells(finding: Finding, source: Source, standard: Standard) -> tuple[tuple[Cell, ...], tuple[str, ...]]:
    table = source.table
    parts = finding.parts or (Part("", "", {}),)
    for name in {name for where in (finding.where, *(part.where for part in parts)) for name in where}:
        has(table, standard, name, ())  # refuses a column that the source lacks
    inside = holds(table, standard, finding.where)
    question = counted(table, table.filter(inside), finding.measure, standard)
    if not question.options:
        raise TiphubError("Nobody in this population has an answer.")
    numbers = _numbers(table, inside, parts, question, standard)
    cells = []
    for place, part in enumerate(parts):
        where = [finding.where, part.where]
        people, base = numbers[f"people_{place}"], numbers[f"base_{place}"]
        estimates = [
            _estimate(numbers[f"n_{place}_{number}"], base, people, source, where=where, option=option)
            for number, option in enumerate(question.options)
        ]
        if source.smallest_count and question.exclusive and len(estimates) > 1:
            estimates = _hold_another(estimates)
        cells += [
            Cell(part.key, part.label, option.key, option.label, estimate)
            for option, estimate in zip(question.options, estimates, strict=True)
        ]
    notes = [finding.note] if finding.note else []
    if (placed := numbers["placed"]) < numbers["population"]:
        notes.append(f"The breakdown is known for {placed / numbers['population']:.0%} of the people.")
    if question.missing:
        notes.append(f"Not in this source: {', '.join(question.missing)}.")
    return tuple(cells), tuple(notes)


def _numbers(
    table: ir.Table, inside: ir.BooleanValue, parts: Sequence[Part], question: Counted, standard: Standard
) -> Mapping[str, int]:
    flat = {"tells": question.tells & inside, "inside": inside}
    flat |= {f"part_{place}": holds(table, standard, part.where) & inside for place, part in enumerate(parts)}
    flat |= {f"has_{number}": option.has for number, option in enumerate(question.options)}
    rows = table.select(**flat).view()
    sums = {}
    anywhere = ibis.or_(*(rows[f"part_{place}"] for place in range(len(parts))))
    sums |= {"population": rows["inside"].sum().fill_null(0), "placed": anywhere.sum().fill_null(0)}
    for place in range(len(parts)):
        part = rows[f"part_{place}"]
        base = part & rows["tells"]
        sums[f"people_{place}"] = part.sum().fill_null(0)
        sums[f"base_{place}"] = base.sum().fill_null(0)
        for number in range(len(question.options)):
            sums[f"n_{place}_{number}"] = (base & rows[f"has_{number}"]).sum().fill_null(0)
    found = rows.aggregate(**sums).to_pyarrow().to_pylist()[0]
    return {name: int(value) for name, value in found.items()}


def _estimate(
    numerator: int, base: int, people: int, source: Source, *, where: Sequence[Conditions], option: Option
) -> Estimate:
    why = _withheld(numerator, base, people, source.smallest_count or 0)
    if why:
        shown = None if people < (source.smallest_count or 0) else people
        return Estimate(shown, None if why == "few people" else base, why=why.partition(" ")[0])
    if source.noise is None:
        return _told(share(numerator, base), numerator, people)
    noise = _variance(source.noise, where, option.cells)
    rest = _variance(source.noise, where, option.rest)
    if noise is None or rest is None:
        return Estimate(people, base, why="unmeasured")
    if base < FEWEST_BY_NOISE * (noise + rest) ** 0.5:
        return Estimate(people, base, why="noise")
    return _told(share(numerator, base, noise=noise, rest=rest), numerator, people)


def _withheld(numerator: int, base: int, people: int, smallest: int) -> str:
    """Why a figure may not be shown, or nothing."""
    if people == 0 or (base == 0 and people >= smallest):
        return "nobody"
    if base < smallest:
        return "few people"
    if smallest and (numerator < smallest or 0 < base - numerator < smallest):
        return "few"
    return ""


def _variance(noise: Noise, where: Sequence[Conditions], cells: Sequence[Conditions]) -> float | None:
    """The noise in a sum of cells; ``None`` also where two conditions meet on one column."""
    together = [list(chain(*(part.items() for part in (*where, cell)))) for cell in cells]
    if any(len(pairs) != len(dict(pairs)) for pairs in together):
        return None
    return noise.variance(dict(pairs) for pairs in together)


def _told(found: Share, numerator: int, people: int) -> Estimate:
    return Estimate(people, found.base, numerator, found.value, found.low, found.high, found.variance)


def _hold_another(estimates: list[Estimate]) -> list[Estimate]:
    """Of answers that exclude each other a single one held back could be worked out: hold another."""
    hidden = [item for item in estimates if item.why == "few" and item.denominator is not None]
    shown = [place for place, item in enumerate(estimates) if item.numerator is not None]
    if len(hidden) != 1 or not shown:
        return estimates
    least = min(shown, key=lambda place: estimates[place].numerator or 0)
    held = replace(estimates[least], numerator=None, share=None, low=None, high=None, variance=0.0, why="few")
    return [held if place == least else item for place, item in enumerate(estimates)]


def _compare(finding: Finding, cells: Sequence[Cell]) -> Comparison | None:
    if finding.compare is None:
        return None
    two = []
    for key in (finding.compare.first, finding.compare.second):
        estimates = [cell.estimate for cell in cells if cell.part == key]
        if len(estimates) != 1:
            return None
        one = estimates[0]
        if one.share is None or one.low is None or one.high is None or not one.denominator:
            return None
        two.append(Share(one.share, one.low, one.high, one.denominator, one.variance))
    first, second = two
    if finding.compare.how == "ratio" and (ends := ratio(first, second)) is not None:
        return Comparison("ratio", first.value / second.value, *ends)
    return Comparison("difference", first.value - second.value, *difference(first, second))
