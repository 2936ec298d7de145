"""Answer a finding from records: the same for a vault, an open file and a release."""

from collections.abc import Sequence
from dataclasses import replace

from tiphub.errors import TiphubError
from tiphub.evidence.findings.carried import Found, Told, carried_by, denominator, told_by
from tiphub.evidence.findings.conditions import has, holds
from tiphub.evidence.findings.intervals import Share, difference, ratio, share
from tiphub.evidence.findings.model import Cell, Comparison, Conditions, Estimate, Finding, Part, Result
from tiphub.evidence.findings.numbers import Numbers, count_all, read
from tiphub.evidence.findings.options import Counted, Option, counted
from tiphub.evidence.findings.sentences import sentence
from tiphub.evidence.findings.settled import settled
from tiphub.evidence.findings.sources import Source
from tiphub.evidence.noise import Carried, Sum
from tiphub.evidence.rows import held_back, is_small
from tiphub.standard import Standard

FEWEST_BY_NOISE = 4.0
"""A number of people under so many deviations of its own noise is not told from nobody."""


def answer(finding: Finding, source: Source, standard: Standard) -> Result:
    """Count, take shares with their intervals, compare, and put it in words.

    What the source cannot tell becomes a result with a ``problem`` in plain words, not an error.
    """
    try:
        cells, notes, left_out = _cells(finding, source, standard)
    except TiphubError as error:
        return Result(finding, (), None, (), error.what, problem=error.what)
    includes = ["sampling"]
    if source.noise is not None:
        includes.append("privacy noise")
    if left_out:
        includes.append("answers that the protection left out")
    comparison = _compare(finding, cells)
    return sentence(Result(finding, cells, comparison, tuple(includes), "", notes), source.smallest_count)


def _cells(
    finding: Finding, source: Source, standard: Standard
) -> tuple[tuple[Cell, ...], tuple[str, ...], bool]:
    table = source.table
    parts = finding.parts or (Part("", "", {}),)
    for name in {name for where in (finding.where, *(part.where for part in parts)) for name in where}:
        has(table, standard, name, ())  # refuses a column that the source lacks
    inside = holds(table, standard, finding.where)
    question = counted(table, table.filter(inside), finding.measure, standard, source.hidden)
    if not question.options:
        raise TiphubError("Nobody in this population has an answer.")
    numbers = count_all(source, finding, parts, question, standard)
    cells, left_out = [], False
    for place, part in enumerate(parts):
        counts = [
            read(numbers, place, number, len(question.flags)) for number in range(len(question.options))
        ]
        left_out |= any(item.more or item.fewer for item in counts)
        estimates = _estimates(counts, source, [finding.where, part.where], question)
        if source.smallest_count:
            estimates = _hold_others(estimates, counts, source.smallest_count, exclusive=question.exclusive)
        cells += [
            Cell(part.key, part.label, option.key, option.label, estimate)
            for option, estimate in zip(question.options, estimates, strict=True)
        ]
    notes = [finding.note] if finding.note else []
    if (placed := numbers["placed"]) < numbers["population"]:
        told = placed / numbers["population"]
        notes.append(f"{told:.0%} of the people are in one of the groups that are told apart.")
    if question.missing:
        notes.append(f"Not in this source: {', '.join(question.missing)}.")
    return tuple(cells), tuple(notes), left_out


def _estimates(
    counts: Sequence[Numbers], source: Source, where: Sequence[Conditions], question: Counted
) -> list[Estimate]:
    """The shares of all options in one part."""
    noise = source.noise
    if noise is None:
        found: list[Found | None] = [Found(item.numerator, item.base, Carried()) for item in counts]
    else:
        found = [
            carried_by(noise, where, option, question, (item.numerator, item.base))
            for option, item in zip(question.options, counts, strict=True)
        ]
        if question.exclusive:
            found = settled(found, [(item.numerator, item.base) for item in counts])
    return [
        _estimate(item, source, where, (question, option), told)
        for item, option, told in zip(counts, question.options, found, strict=True)
    ]


def _estimate(
    counts: Numbers,
    source: Source,
    where: Sequence[Conditions],
    asked: tuple[Counted, Option],
    found: Found | None,
) -> Estimate:
    (question, option) = asked
    people, base, noise = counts.people, counts.base, source.noise
    blank = Estimate(people, base, known=counts.known, hidden=counts.hidden)
    told = None
    if noise is not None:
        exact = told_by(noise, where, question, counts.known, found)
        known, spread = exact or (None, None)
        blank = replace(blank, known=known, exactness=spread)
        if any(map(noise.merged, where)) or (option.cells and all(map(noise.merged, option.cells))):
            return replace(blank, why="merged")
        told = Told(noise, where, question.flags, counts.singles, counts.pairs, people)
    smallest = source.smallest_count or 0
    if why := _withheld(counts.numerator, base, people, smallest):
        shown = None if people < smallest else people
        if shown is None or why == "few people":
            return Estimate(shown, None if why == "few people" else base, why=why.partition(" ")[0])
        greatest = _at_most(counts, smallest) if why == "few" else None
        return replace(blank, why="noise" if told and found else why, greatest=greatest)
    if found is None:
        return replace(blank, why="unmeasured")
    carried, numerator, base = found.carried, found.numerator, max(found.base, found.numerator)
    if base < FEWEST_BY_NOISE * carried.of_base:
        counts_of_base = noise and denominator(noise, where, option, question)
        return replace(blank, why="sum" if counts_of_base and _enough(base, counts_of_base) else "noise")
    own = [name for cell in option.cells for name in cell]
    numerators = told.off(own, numerator) if told else (0, 0)
    bases = told.off(question.flags, base) if told and carried.whole is None else (0, 0)
    plain = carried.share(numerator, base)
    answered = counts.unsure if carried.whole is not None else 0
    least = carried.share(numerator - numerators[0], base + bases[1] + counts.fewer - answered)
    most = numerator + numerators[1] + counts.more - (counts.unsure if carried.apart else 0)
    greatest = carried.share(most, max(base - bases[0] + counts.more - answered, most))
    return replace(
        blank,
        denominator=base,
        numerator=numerator,
        share=plain.value,
        low=least.low,
        high=greatest.high,
        least=least,
        greatest=greatest,
        noise=(carried.of_numerator, carried.of_base) if told else None,
    )


def _enough(base: int, parts: Sum) -> bool:
    """Whether it is only for being added up of several counts that a number is lost in its noise."""
    return parts.size > 1 and base >= FEWEST_BY_NOISE * parts.of_one


def _withheld(numerator: int, base: int, people: int, smallest: int) -> str:
    """Why a figure may not be shown, or nothing."""
    if people == 0 or (base == 0 and people >= smallest):
        return "nobody"
    if base < smallest:
        return "few people"
    if smallest and is_small(numerator, base, smallest):
        return "few"
    return ""


def _at_most(counts: Numbers, smallest: int) -> Share:
    """What a share that is held back may be at most, from what is no secret: that it is held back."""
    base = counts.base
    if counts.numerator >= smallest:
        return share(base, base)
    most = smallest - 1 + counts.more
    return share(most, max(base + counts.more, most))


def _hold_others(
    estimates: list[Estimate], counts: Sequence[Numbers], smallest: int, *, exclusive: bool
) -> list[Estimate]:
    """Hold back what one that is held back could be worked out from.

    Of answers that exclude each other those that nobody has are no part of what is worked out.
    """
    known = [
        place
        for place, item in enumerate(estimates)
        if item.denominator is not None and (counts[place].numerator or not exclusive)
    ]
    pairs = [(counts[place].numerator, counts[place].base) for place in known]
    others = {known[place] for place in held_back(pairs, smallest, exclusive=exclusive)}
    return [
        replace(item, numerator=None, share=None, low=None, high=None, why="few")
        if place in others and item.share is not None
        else item
        for place, item in enumerate(estimates)
    ]


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
