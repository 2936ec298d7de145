"""A finding as a picture: one spec for the page, the SVG and the PNG."""

from tiphub.charts import Frame, Spec
from tiphub.charts.shares import Share, shares
from tiphub.evidence.findings import Cell, Result, included

LONGEST, LONGEST_APART = 10, 6
"""Options of a picture, and of one that tells parts apart; the JSON has them all."""


def finding_spec(result: Result, source: str) -> Spec | None:
    """The picture of a finding, or ``None`` if it has no figure; ``source`` says where the data come from."""
    told = [cell for cell in result.cells if cell.estimate.share is not None]
    if not told:
        return None
    options = _options(told)
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
    return shares(items, Frame(result.finding.title, subtitle, source))


def _asked(result: Result) -> str:
    """What the bars are shares of."""
    finding = result.finding
    if any(cell.option for cell in result.cells):
        return f"{finding.who[:1].upper()}{finding.who[1:]}"
    if len(result.cells) > 1:
        return f"The share of those who {finding.say}"
    return f"Of {finding.who}, the share of those who {finding.say}"


def _options(told: list[Cell]) -> list[str]:
    """The most frequent options in the part where they are counted first, the rarest left out."""
    highest: dict[str, float] = {}
    for cell in told:
        highest[cell.option] = max(highest.get(cell.option, 0.0), cell.estimate.share or 0.0)
    first = {cell.option: cell.estimate.share or 0.0 for cell in reversed(told)}
    most = LONGEST_APART if len({cell.part for cell in told}) > 1 else LONGEST
    kept = sorted(highest, key=lambda option: -highest[option])[:most]
    return sorted(kept, key=lambda option: -first[option])


def written(cell: Cell) -> str:
    """A share in figures, or that it is not shown."""
    share = cell.estimate.share
    return "not shown" if share is None else f"{100 * share:.1f}%"
