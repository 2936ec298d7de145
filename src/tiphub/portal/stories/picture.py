"""A finding as a picture: one spec for the page, the SVG and the PNG."""

from math import ceil

from tiphub.charts import Frame, Spec
from tiphub.charts.shares import Share, shares
from tiphub.evidence.findings import Cell, Result, included

LONGEST, LONGEST_APART, BARS_APART = 10, 6, 16
"""Options of a picture; of one that tells parts apart, these or as many as make so many bars."""


def finding_spec(result: Result, source: str) -> Spec | None:
    """The picture of a finding, or ``None`` if it has no figure; ``source`` says where the data come from."""
    told = [cell for cell in result.cells if cell.estimate.share is not None]
    if not told:
        return None
    options = _options(result, told)
    shown = [cell for option in options for cell in result.cells if cell.option == option]
    items = [
        Share(
            cell.option_label,
            cell.part_label,
            written(cell),
            cell.estimate.share,
            cell.estimate.low,
            cell.estimate.high,
        )
        for cell in shown
    ]
    lines = "Line: 95% interval" if len(items) == 1 else "Lines: 95% intervals"
    subtitle = f"{_asked(result)}. {lines} ({included([result])})."
    note = "\n".join(filter(None, (_left(result, options), source)))
    return shares(items, Frame(result.finding.title, subtitle, note))


def _asked(result: Result) -> str:
    """What the bars are shares of."""
    finding = result.finding
    if any(cell.option for cell in result.cells):
        return f"{finding.who[:1].upper()}{finding.who[1:]}"
    if len(result.cells) > 1:
        return f"The share of those who {finding.say}"
    return f"Of {finding.who}, the share of those who {finding.say}"


def _options(result: Result, told: list[Cell]) -> list[str]:
    """The most frequent options, with all that the sentence names, by size in the first part."""
    highest: dict[str, float] = {}
    for cell in told:
        highest[cell.option] = max(highest.get(cell.option, 0.0), cell.estimate.share or 0.0)
    first = {cell.option: cell.estimate.share or 0.0 for cell in reversed(told)}
    parts = len({cell.part for cell in told})
    most = max(LONGEST_APART, BARS_APART // parts) if parts > 1 else LONGEST
    named = {cell.option for cell in told if f"“{cell.option_label}”" in result.sentence}
    if full := highest.keys() - _empty(result) | named:
        highest = {option: share for option, share in highest.items() if option in full}
    kept = sorted(highest, key=lambda option: (option not in named, -highest[option]))[
        : max(most, len(named))
    ]
    return sorted(kept, key=lambda option: -first[option])


def _empty(result: Result) -> set[str]:
    """The options with nobody in any part, or too few to be told from nobody by their noisy share."""
    told = [cell for cell in result.cells if cell.estimate.share is not None]
    some = {
        cell.option
        for cell in told
        if written(cell) != "0.0%" or (cell.estimate.share and not _noisy(result))
    }
    return {cell.option for cell in told} - some


def _noisy(result: Result) -> bool:
    return "privacy noise" in result.includes


def _left(result: Result, drawn: list[str]) -> str:
    """How many options are not in the picture, how large they are, and where to find them."""
    left: dict[str, list[float]] = {}
    for cell in result.cells:
        if cell.option not in drawn:
            shown = [] if cell.estimate.share is None else [cell.estimate.share]
            left.setdefault(cell.option, []).extend(shown)
    if not left:
        return ""
    empty = left.keys() & _empty(result)
    sizes = [max(shown) for option, shown in left.items() if shown and option not in empty]
    silent = len(left) - len(sizes) - len(empty)
    told = [
        f"{_answers(len(sizes))}, none above {ceil(1000 * max(sizes)) / 10:.1f}%" if sizes else "",
        f"{_answers(len(empty))} with {'too few people to tell' if _noisy(result) else 'nobody'}"
        if empty
        else "",
        f"{_answers(silent)} without a figure" if silent else "",
    ]
    return f"Not drawn: {', and '.join(filter(None, told))}. The table and the JSON of this finding have all."


def _answers(number: int) -> str:
    return f"{number} more answer{'s' if number != 1 else ''}"


def written(cell: Cell) -> str:
    """A share in figures, or that it is not shown."""
    share = cell.estimate.share
    return "not shown" if share is None else f"{100 * share:.1f}%"
