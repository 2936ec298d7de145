"""A result in a sentence that its intervals bear out."""

from collections.abc import Sequence
from dataclasses import replace

from tiphub.evidence.findings.model import Cell, Compare, Comparison, Estimate, Result
from tiphub.evidence.findings.people import of_people, percent
from tiphub.evidence.findings.words import gap, portion, times

LISTED = 3
"""So many of the less frequent answers are named in a sentence; the chart has them all."""
NAMED = 5
"""So many parts of which nothing is told are named; what the others are is in the figures."""


def sentence(result: Result, smallest_count: int | None = None) -> Result:
    """Add the sentence to a result."""
    finding, cells = result.finding, result.cells
    if finding.compare is not None:
        text = _comparison(result, finding.compare, smallest_count)
    elif len({cell.part for cell in cells}) > 1 and (why := _untold(cells)):
        asked = finding.say if any(cell.option for cell in cells) else f"how many {finding.say}"
        who = _list(list(dict.fromkeys(cell.part_label for cell in cells)), "or")
        text = f"Of {who}, the data cannot tell {asked}: {reason(why, smallest_count)}."
    else:
        text = _parts(result, smallest_count)
    return replace(result, sentence=text)


def _parts(result: Result, smallest_count: int | None) -> str:
    """A sentence for each part with a figure, and one for all that have none for the same reason."""
    told, untold = [], dict[str, list[str]]()
    for group in _by_part(result.cells):
        if why := _untold(group):
            untold.setdefault(why, []).append(group[0].part_label)
        elif any(cell.option for cell in group):
            told.append(_ranked(result, group, smallest_count))
        else:
            told.append(_share(result, group[0], smallest_count))
    for why, labels in untold.items():
        who = _list(_some(labels), "or") if labels != [""] else result.finding.who
        told.append(missing(why, who, smallest_count))
    return " ".join(told)


def _some(labels: Sequence[str]) -> list[str]:
    """The names, or the first of them and how many more there are."""
    return [*labels[:NAMED], f"{len(labels) - NAMED} more"] if len(labels) > NAMED + 1 else list(labels)


def bracket(estimate: Estimate) -> str:
    """The figures behind a word."""
    if estimate.share is None or estimate.low is None or estimate.high is None:
        return ""
    interval = f"95% interval {100 * estimate.low:.1f}–{percent(estimate.high)}"
    return f"{percent(estimate.share)} ({interval}; {of_people(estimate)})"


def missing(why: str, who: str, smallest_count: int | None) -> str:
    """That there is no figure, and why."""
    if why == "nobody" and who.endswith(" known"):
        return f"These data have no {who}."
    told = reason(why, smallest_count)
    return f"Of {who}, the data cannot tell: {told}." if why == "unmeasured" else f"Of {who}, {told}."


def reason(why: str, smallest_count: int | None) -> str:
    """Why there is no figure, to stand after a comma or a colon."""
    if why == "nobody":
        return "nobody has an answer to this in these data"
    if why == "few":
        return f"too few people (fewer than {smallest_count}) are behind a figure for it to be shown"
    if why == "merged":
        return "too few people are known for the release to tell them apart from others"
    if why == "noise":
        return "too few people are known for a figure to be told from the privacy noise"
    if why == "sum":
        return "several counts make up a figure, and their privacy noise together is too large to tell it"
    return "the release did not count these answers together"


_HIDDEN = ("noise", "sum", "unmeasured")
"""Reasons for which an answer may be the most frequent one whatever it is, and yet have no figure."""


def _untold(cells: Sequence[Cell]) -> str:
    """The reason for which there is no figure at all, if it is the same for all of them."""
    found = {cell.estimate.why for cell in cells}
    return found.pop() if len(found) == 1 else ""


def _share(result: Result, cell: Cell, smallest_count: int | None) -> str:
    finding, estimate = result.finding, cell.estimate
    who = cell.part_label or finding.who
    if estimate.share is None or estimate.low is None or estimate.high is None:
        return missing(estimate.why, who, smallest_count)
    words = portion(estimate.low, estimate.high)
    if words is None:
        return f"Of {who}, the data cannot tell how many {finding.say}: {bracket(estimate)}."
    return f"Of {who}, {words.text} {finding.say}: {bracket(estimate)}."


def _comparison(result: Result, compare: Compare, smallest_count: int | None) -> str:
    say, found = result.finding.say, result.comparison
    first, second = result.cell(compare.first), result.cell(compare.second)
    if first is None or second is None:
        return "The data cannot tell: a part of the comparison is missing."
    one, other = first.part_label, second.part_label
    if found is None:
        if why := _untold(result.cells):
            told = reason(why, smallest_count)
            return f"The data cannot tell whether {one} or {other} {say} more often: {told}."
        return _parts(result, smallest_count)
    against = f"{bracket(first.estimate)} against {bracket(second.estimate)}"
    if found.direction == "unclear":
        return f"The data cannot tell whether {one} or {other} {say} more often: {against}."
    often, much = how_often(found)
    return f"{_capital(one)} {say} {often} {other}{much}: {against}."


def how_often(found: Comparison) -> tuple[str, str]:
    """A comparison that is not unclear: what stands before the other part, and what after it."""
    plain = f"{found.direction} often than"
    if found.how == "ratio":
        words = times(found.low, found.high)
        return (words.text if words else plain, "")
    points = gap(found.low, found.high)
    return plain, f", {points.text}" if points else ""


def _ranked(result: Result, cells: Sequence[Cell], smallest_count: int | None) -> str:
    finding = result.finding
    who = cells[0].part_label or finding.who
    told = _in_order(cells)
    if not told:
        return missing(cells[0].estimate.why, who, smallest_count)
    if why := next((cell.estimate.why for cell in cells if _may_lead(cell, told[0])), ""):
        return f"Among {who}, the data cannot tell what {finding.say} is: {reason(why, smallest_count)}."
    if not told[0].estimate.numerator:
        return f"Among {who}, nobody has any of these answers."
    lead = _ahead(told)
    others = [cell for cell in told if cell not in lead and cell.estimate.numerator]
    rest = others[:LISTED]
    if len(lead) == 1:
        text = f"Among {who}, {finding.say} is {_named(lead[0])} at {bracket(lead[0].estimate)}"
    elif len(lead) <= LISTED:
        names = " or ".join(_with_share(cell) for cell in lead)
        text = f"Among {who}, {finding.say} is {names}: the data cannot tell which"
    else:
        return (
            f"Among {who}, the data cannot tell what {finding.say} is: the intervals of many answers overlap."
        )
    if rest:
        verb = "is" if len(rest) == 1 else "are"
        text += f"; less frequent {verb} {_list([_with_share(cell) for cell in rest])}"
    return f"{text}."


def most_frequent(cells: Sequence[Cell]) -> list[Cell]:
    """The answers one of which the sentence calls the most frequent; none where it cannot tell."""
    told = _in_order(cells)
    if not told or not told[0].estimate.numerator or any(_may_lead(cell, told[0]) for cell in cells):
        return []
    lead = _ahead(told)
    return lead if len(lead) <= LISTED else []


def _may_lead(cell: Cell, first: Cell) -> bool:
    """Whether an answer that has no figure may be more frequent than the first of those that have one."""
    why, greatest = cell.estimate.why, cell.estimate.greatest
    if why == "few":
        return greatest is None or greatest.high >= (first.estimate.low or 0)
    return why in _HIDDEN


def _in_order(cells: Sequence[Cell]) -> list[Cell]:
    known = (cell for cell in cells if cell.estimate.share is not None)
    return sorted(known, key=lambda cell: -(cell.estimate.share or 0))


def _ahead(told: Sequence[Cell]) -> list[Cell]:
    """Those whose interval reaches the lower end of the first one's."""
    return [cell for cell in told if (cell.estimate.high or 0) >= (told[0].estimate.low or 0)]


def _by_part(cells: Sequence[Cell]) -> list[list[Cell]]:
    found: dict[str, list[Cell]] = {}
    for cell in cells:
        found.setdefault(cell.part, []).append(cell)
    return list(found.values())


def _named(cell: Cell) -> str:
    return f"“{cell.option_label}”"


def _with_share(cell: Cell) -> str:
    return f"{_named(cell)} ({percent(cell.estimate.share or 0)})"


def _list(items: Sequence[str], last: str = "and") -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
