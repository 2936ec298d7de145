"""The private report of an evaluation: for the hub team, as one page that needs nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

WIDTH = 320
"""Of a picture's bars, in pixels."""
SLIPS = 0.1
"""A count that is further off than this share of itself may change what is concluded from it."""


@dataclass(frozen=True)
class Bar:
    """A bar of a picture, in pixels; ``low`` and ``high`` are the ends of its interval."""

    label: str
    text: str
    length: float
    low: float
    high: float
    strong: bool = False


def report(figures: Mapping[str, Any], *, release: str) -> str:
    """The evaluation of a release as an HTML page: what it kept, and what attacks found.

    Args:
        figures: the private part of an evaluation; with ``rehearsal`` (see `rehearse`) also attacks.
        release: its version, for the title.

    Returns:
        A page of its own, without scripts or links. It gives counts of people away: it stays in the hub.
    """
    pages = Environment(
        loader=PackageLoader("tiphub.vault.s5_evaluate", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    rehearsal = figures.get("rehearsal")
    return pages.get_template("report.html").render(
        release=release,
        figures=figures,
        errors=_errors(figures["errors"]),
        rehearsal=rehearsal,
        attacks=[(_bars(item), item) for item in rehearsal["attacks"]] if rehearsal else [],
        succeeded=[item["name"] for item in rehearsal["attacks"] if item["succeeds"]] if rehearsal else [],
        useful=_useful(figures["errors"]),
        width=WIDTH,
    )


def size_in_words(entry: Mapping[str, Any]) -> str:
    """A class of size.

    >>> size_in_words({"at_least": 11, "at_most": 99}), size_in_words({"at_least": 1000, "at_most": None})
    ('11 to 99', '1,000 and more')
    """
    most = entry["at_most"]
    return f"{entry['at_least']:,} and more" if most is None else f"{entry['at_least']:,} to {most:,}"


def _errors(entries: Sequence[Mapping[str, Any]]) -> list[tuple[int, list[tuple[Mapping[str, Any], Bar]]]]:
    """For each number of columns, the mean relative errors by size as bars."""
    top = max((item["mean_relative"] for item in entries if item["cells"]), default=0.0) or 1.0
    found: dict[int, list[tuple[Mapping[str, Any], Bar]]] = {}
    for item in entries:
        if item["cells"]:
            length = WIDTH * item["mean_relative"] / top
            bar = Bar(size_in_words(item), f"{item['mean_relative']:.1%}", length, length, length)
            found.setdefault(item["order"], []).append((item, bar))
    return list(found.items())


def _bars(item: Mapping[str, Any]) -> list[Bar]:
    kinds = [("people in the data", item["on_people"], True), ("control", item["on_control"], False)]
    if item["naive"]:
        kinds.append(("blind guess", item["naive"], False))
    return [
        Bar(
            label,
            f"{rate['rate']:.1%}",
            WIDTH * rate["rate"],
            WIDTH * rate["low"],
            WIDTH * rate["high"],
            strong,
        )
        for label, rate, strong in kinds
    ]


def _useful(entries: Sequence[Mapping[str, Any]]) -> str | None:
    """From which size on two-way counts are on average within `SLIPS` of the truth."""
    classes = [item for item in entries if item["order"] == 2 and item["cells"]]
    good = [item for item in classes if item["mean_relative"] <= SLIPS]
    return f"{min(item['at_least'] for item in good):,}" if good else None
