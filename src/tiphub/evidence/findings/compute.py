"""Answer a finding from records: the same for a vault, an open file and a release."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import ceil
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir

from tiphub.errors import TiphubError
from tiphub.evidence.findings.carried import Carried, Told, carried_by
from tiphub.evidence.findings.conditions import has, holds, may_hold
from tiphub.evidence.findings.intervals import difference, ratio
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
    people are held back. ``noise``: what a noisy release says of its counts. ``left_out``: for columns of
    which a release left answers out, at most how many; ``None`` where nothing was protected.
    """

    table: ir.Table
    smallest_count: int | None = None
    noise: Noise | None = None
    left_out: Mapping[str, int] | None = None


def of_release(release: "Release", records: ir.Table, engine: "Engine", standard: Standard) -> Source:
    """A release as a source; whether its counts carry noise is read off the counts themselves."""
    counts = release.counts(engine)
    noisy = bool(counts.filter(counts["std"].notnull()).limit(1).count().to_pyarrow().as_py())
    noise = Noise(counts, release.variables, standard) if noisy else None
    return Source(records, release.smallest_count, noise, _left_out(release, records))


_MOST = 0.999
"""The share of a column's answers that may be missing where the release is too small to tell."""


def _left_out(release: "Release", records: ir.Table) -> Mapping[str, int]:
    """How many answers the protection left out, from what the release says it cost (shares, rounded)."""
    loss = release.evaluation.get("loss")
    cells = loss.get("cells") if isinstance(loss, Mapping) else None
    if not isinstance(loss, Mapping) or not isinstance(cells, Mapping):
        return {}
    half = float(loss.get("rounded_to") or 0) / 2
    gone = {
        name: _MOST if said.get("suppressed") is None else min(float(said["suppressed"]) + half, _MOST)
        for name, said in cells.items()
        if name in records.columns and isinstance(said, Mapping) and said.get("suppressed") != 0
    }
    if not gone:
        return {}
    known = records.aggregate(**{name: records[name].count() for name in gone}).to_pyarrow().to_pylist()[0]
    return {name: ceil(known[name] * share / (1 - share)) for name, share in gone.items()}


def answer(finding: Finding, source: Source, standard: Standard) -> Result:
    """Count, take shares with their intervals, compare, and put it in words.

    What the source cannot tell becomes a result with a ``problem`` in plain words, not an error.
    """
    try:
        cells, notes = _cells(finding, source, standard)
    except TiphubError as error:
        return Result(finding, (), None, (), error.what, problem=error.what)
    includes = ["sampling"]
    if source.noise is not None:
        includes.append("privacy noise")
    if source.left_out is not None:
        includes.append("answers that the protection left out")
    comparison = _compare(finding, cells)
    return sentence(Result(finding, cells, comparison, tuple(includes), "", notes), source.smallest_count)


def _cells(finding: Finding, source: Source, standard: Standard) -> tuple[tuple[Cell, ...], tuple[str, ...]]:
    table = source.table
    parts = finding.parts or (Part("", "", {}),)
    for name in {name for where in (finding.where, *(part.where for part in parts)) for name in where}:
        has(table, standard, name, ())  # refuses a column that the source lacks
    inside = holds(table, standard, finding.where)
    question = counted(table, table.filter(inside), finding.measure, standard)
    if not question.options:
        raise TiphubError("Nobody in this population has an answer.")
    numbers = _numbers(source, finding, parts, question, standard)
    cells = []
    for place, part in enumerate(parts):
        where = [finding.where, part.where]
        estimates = [
            _estimate(_read(numbers, place, number, len(question.flags)), source, where, option, question)
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
        notes.append(f"{placed / numbers['population']:.0%} of the people are in one of these groups.")
    if question.missing:
        notes.append(f"Not in this source: {', '.join(question.missing)}.")
    return tuple(cells), tuple(notes)


@dataclass(frozen=True, slots=True)
class _Numbers:
    """Counts of one option in one part.

    Of those whose answers are not told in full, ``more`` could add to the numerator and ``fewer`` to the
    denominator alone; ``unsure`` are those of both whose own answer is too broad. ``singles`` have each
    option of a group, ``pairs`` (among all records) each two.
    """

    people: int
    base: int
    numerator: int
    more: int
    fewer: int
    unsure: int
    singles: tuple[int, ...]
    pairs: tuple[tuple[int, int, int], ...]


def _read(numbers: Mapping[str, int], place: int, number: int, flags: int) -> _Numbers:
    here, cap = f"{place}_{number}", numbers["left_out"]
    both = ((one, two, numbers.get(f"pair_{one}_{two}", 0)) for one, two in combinations(range(flags), 2))
    return _Numbers(
        numbers[f"people_{place}"],
        numbers[f"base_{here}"],
        numbers[f"n_{here}"],
        numbers.get(f"more_{here}", 0) + min(numbers.get(f"more_empty_{here}", 0), cap),
        numbers.get(f"fewer_{here}", 0) + min(numbers.get(f"fewer_empty_{here}", 0), cap),
        numbers.get(f"unsure_{here}", 0),
        tuple(numbers.get(f"single_{place}_{flag}", 0) for flag in range(flags)),
        tuple(both),
    )


def _numbers(
    source: Source, finding: Finding, parts: Sequence[Part], question: Counted, standard: Standard
) -> Mapping[str, int]:
    """Count everything in one pass over the records."""
    table, gone = source.table, source.left_out or {}
    inside = holds(table, standard, finding.where)
    empty = [table[name].isnull() for name in question.columns if name in gone]
    flat = {"inside": inside, "answered": question.answered, "empty": ibis.or_(ibis.literal(False), *empty)}
    for place, part in enumerate(parts):
        flat[f"part_{place}"] = holds(table, standard, part.where) & inside
        flat[f"may_{place}"] = _may(table, standard, (finding.where, part.where), ())
        flat[f"empty_{place}"] = _may(table, standard, (finding.where, part.where), gone)
    for number, option in enumerate(question.options):
        flat |= {f"has_{number}": option.has, f"maybe_{number}": option.maybe}
    for number, flag in enumerate(question.flags):
        flat[f"flag_{number}"] = has(table, standard, flag, ["yes"])
    rows = table.select(**flat).view()
    sums: dict[str, ir.Value] = {}
    anywhere = ibis.or_(*(rows[f"part_{place}"] for place in range(len(parts))))
    sums |= {"population": rows["inside"].sum(), "placed": anywhere.sum()}
    for place in range(len(parts)):
        part = rows[f"part_{place}"]
        may = rows[f"may_{place}"] & ~part
        far = rows[f"empty_{place}"] & ~part & ~rows[f"may_{place}"]
        sums[f"people_{place}"] = part.sum()
        for number in range(len(question.options)):
            maybe = rows[f"maybe_{number}"] & rows["answered"]
            yes = rows[f"has_{number}"] & rows["answered"]
            no = rows["answered"] & ~yes & ~maybe
            sums[f"base_{place}_{number}"] = (part & (yes | no)).sum()
            sums[f"n_{place}_{number}"] = (part & yes).sum()
            if source.left_out is None:
                continue
            blank = (part | may | far) & rows["empty"] & ~rows["answered"]
            sums |= {
                f"more_{place}_{number}": ((may & yes) | ((part | may) & maybe)).sum(),
                f"unsure_{place}_{number}": ((part | may) & maybe).sum(),
                f"fewer_{place}_{number}": ((may & no) | ((part | may) & maybe)).sum(),
                f"more_empty_{place}_{number}": ((far & (yes | maybe)) | blank).sum(),
                f"fewer_empty_{place}_{number}": ((far & (no | maybe)) | blank).sum(),
            }
        for number in range(len(question.flags) if source.noise else 0):
            sums[f"single_{place}_{number}"] = (part & rows[f"flag_{number}"]).sum()
    for one, two in combinations(range(len(question.flags) if source.noise else 0), 2):
        sums[f"pair_{one}_{two}"] = (rows[f"flag_{one}"] & rows[f"flag_{two}"]).sum()
    found = rows.aggregate(**sums).to_pyarrow().to_pylist()[0]
    used = {*question.columns, *finding.where, *(name for part in parts for name in part.where)}
    cap = sum(gone.get(name, 0) for name in used)
    return {name: int(value or 0) for name, value in found.items()} | {"left_out": cap}


def _may(
    table: ir.Table, standard: Standard, where: Sequence[Conditions], empty: Iterable[str]
) -> ir.BooleanValue:
    return ibis.and_(*(may_hold(table, standard, conditions, empty) for conditions in where))


def _estimate(
    counts: _Numbers, source: Source, where: Sequence[Conditions], option: Option, question: Counted
) -> Estimate:
    people, base, numerator = counts.people, counts.base, counts.numerator
    why = _withheld(numerator, base, people, source.smallest_count or 0)
    if why:
        shown = None if people < (source.smallest_count or 0) else people
        return Estimate(shown, None if why == "few people" else base, why=why.partition(" ")[0])
    carried, told = Carried(), None
    if source.noise is not None:
        found = carried_by(source.noise, where, option, question, (numerator, base))
        if found is None:
            return Estimate(people, base, why="unmeasured")
        numerator, base, carried = found[0], max(found[1], found[0]), found[2]
        told = Told(source.noise, where, question.flags, counts.singles, counts.pairs, people)
    if base < FEWEST_BY_NOISE * carried.of_base:
        return Estimate(people, base, why="noise")
    own = [name for cell in option.cells for name in cell]
    numerators = told.off(own, numerator) if told else (0, 0)
    bases = told.off(question.flags, base) if told and carried.whole is None else (0, 0)
    plain = carried.share(numerator, base)
    answered = counts.unsure if carried.whole is not None else 0
    least = carried.share(numerator - numerators[0], base + bases[1] + counts.fewer - answered)
    most = numerator + numerators[1] + counts.more - (counts.unsure if carried.apart else 0)
    greatest = carried.share(most, max(base - bases[0] + counts.more - answered, most))
    noise = (carried.of_numerator, carried.of_base) if told else None
    return Estimate(people, base, numerator, plain.value, least.low, greatest.high, least, greatest, noise)


def _withheld(numerator: int, base: int, people: int, smallest: int) -> str:
    """Why a figure may not be shown, or nothing."""
    if people == 0 or (base == 0 and people >= smallest):
        return "nobody"
    if base < smallest:
        return "few people"
    if smallest and (numerator < smallest or 0 < base - numerator < smallest):
        return "few"
    return ""


def _hold_another(estimates: list[Estimate]) -> list[Estimate]:
    """Of answers that exclude each other a single one held back could be worked out: hold another."""
    hidden = [item for item in estimates if item.why == "few" and item.denominator is not None]
    shown = [place for place, item in enumerate(estimates) if item.numerator is not None]
    if len(hidden) != 1 or not shown:
        return estimates
    least = min(shown, key=lambda place: estimates[place].numerator or 0)
    held = replace(estimates[least], numerator=None, share=None, low=None, high=None, why="few")
    return [held if place == least else item for place, item in enumerate(estimates)]


def _compare(finding: Finding, cells: Sequence[Cell]) -> Comparison | None:
    if finding.compare is None:
        return None
    two = []
    for key in (finding.compare.first, finding.compare.second):
        estimates = [cell.estimate for cell in cells if cell.part == key]
        if len(estimates) != 1 or estimates[0].share is None:
            return None
        two.append(estimates[0])
    (first, second), (one, other) = two, [item.share or 0.0 for item in two]
    if not (first.least and first.greatest and second.least and second.greatest):
        return None
    if finding.compare.how == "ratio":
        low, high = ratio(first.least, second.greatest), ratio(first.greatest, second.least)
        if low is not None and high is not None:
            return Comparison("ratio", one / other, low[0], high[1])
    low = difference(first.least, second.greatest)
    high = difference(first.greatest, second.least)
    return Comparison("difference", one - other, low[0], high[1])
