"""The private report of an evaluation: for the hub team, as one page that needs nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from tiphub.vault.s5_evaluate.summary import INFERRING, SLIPS, WORDS, attack_name, protection, summary

WIDTH = 320
"""Of a picture's bars, in pixels."""


@dataclass(frozen=True)
class Bar:
    """A bar of a picture, in pixels."""

    label: str
    text: str
    length: float
    strong: bool = False


@dataclass(frozen=True)
class Line:
    """An attack in the picture of all: where its advantage and the ends of its interval lie, in pixels."""

    label: str
    text: str
    at: float
    low: float
    high: float
    succeeds: bool


@dataclass(frozen=True)
class Forest:
    """The picture of all attacks; ``nothing`` is where people and control were guessed alike."""

    lines: Sequence[Line]
    nothing: float
    marks: Sequence[tuple[float, str]]


def report(figures: Mapping[str, Any], *, release: str, labels: Mapping[str, str] | None = None) -> str:
    """The evaluation of a release as an HTML page: what it kept, and what attacks found.

    Args:
        figures: the private part of an evaluation; with ``findings`` (see `compare`) also what readers
            conclude, with ``rehearsal`` (see `rehearse`) also attacks.
        release: its version, for the title.
        labels: what columns are called.

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
    called = labels or {}
    rehearsal = figures.get("rehearsal")
    sets = [item for item in figures.get("compared", ()) if item["compared"] < item["sets"]]
    return pages.get_template("report.html").render(
        release=release,
        figures=figures,
        protection=protection(figures),
        remarks=summary(figures, called),
        accuracy=figures.get("accuracy", ()),
        sampled=sets,
        errors=_errors(figures["errors"]),
        findings=figures.get("findings"),
        verdicts=_verdicts(figures.get("findings")),
        rehearsal=rehearsal,
        forest=_forest(rehearsal["attacks"], called) if rehearsal else None,
        labels=called,
        orders=WORDS,
        slips=SLIPS,
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
    """For each number of columns, the mean relative errors by size as bars; a whole count fills the width."""
    found: dict[int, list[tuple[Mapping[str, Any], Bar]]] = {}
    for item in entries:
        if item["cells"]:
            share = item["mean_relative"]
            bar = Bar(size_in_words(item), f"{share:.1%}", WIDTH * min(share, 1.0), strong=share <= SLIPS)
            found.setdefault(item["order"], []).append((item, bar))
    return list(found.items())


def _verdicts(findings: Mapping[str, Any] | None) -> list[tuple[str, str, int, float]]:
    """What became of findings, as the parts of one bar: name, words, how many, width in pixels."""
    words = {
        "same": "the same",
        "less": "less: the release cannot tell",
        "more": "more than people bear out",
        "other": "something else",
    }
    if not findings or not findings["asked"]:
        return []
    return [
        (name, text, findings[name], 2 * WIDTH * findings[name] / findings["asked"])
        for name, text in words.items()
    ]


def _forest(attacks: Sequence[Mapping[str, Any]], labels: Mapping[str, str]) -> Forest:
    least: float = min([-0.05, *(float(item["beyond"][1]) for item in attacks)])
    most: float = max([0.05, *(float(item["beyond"][2]) for item in attacks)])

    def place(share: float) -> float:
        return WIDTH * (share - least) / (most - least)

    lines = []
    rest = [item for item in attacks if not str(item["name"]).startswith(INFERRING)]
    inferred = [item for item in attacks if str(item["name"]).startswith(INFERRING)]
    for item in (*rest, *sorted(inferred, key=lambda entry: -float(entry["beyond"][1]))):
        label = attack_name(str(item["name"]), labels)
        value, low, high = item["beyond"]
        rates = f"{item['on_people']['rate']:.0%} against {item['on_control']['rate']:.0%}"
        lines.append(Line(label, rates, place(value), place(low), place(high), bool(item["succeeds"])))
    return Forest(lines, place(0), [(place(share), f"{100 * share:+.0f}") for share in (least, most)])
