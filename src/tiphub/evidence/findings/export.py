"""Findings' answers as data, and what their intervals include in words."""

from collections.abc import Iterable
from dataclasses import asdict
from math import hypot
from typing import Any

from tiphub.evidence.findings.model import Estimate, Result
from tiphub.evidence.findings.people import everybody, exactness
from tiphub.evidence.interval import Z95

FIGURES = ("people", "denominator", "numerator", "share", "low", "high", "why")


def as_json(result: Result) -> dict[str, Any]:
    """All figures of a finding; what is held back is null, and ``why`` says the reason in a word."""
    finding, found = result.finding, result.comparison
    return {
        "name": finding.name,
        "topic": finding.topic,
        "title": finding.title,
        "sentence": result.sentence,
        "includes": list(result.includes),
        "notes": list(result.notes),
        "problem": result.problem or None,
        "figures": [
            {
                "part": cell.part or None,
                "option": cell.option or None,
                **{name: getattr(cell.estimate, name) for name in FIGURES},
                "coverage": cell.estimate.coverage,
            }
            for cell in result.cells
        ],
        "comparison": asdict(found) | {"direction": found.direction} if found else None,
    }


def included(results: Iterable[Result]) -> str:
    """What the intervals of these answers include, in words; nothing where there is no interval."""
    found = list(dict.fromkeys(item for result in results for item in result.includes))
    return " and ".join([", ".join(found[:-1]), found[-1]]) if len(found) > 1 else "".join(found)


def coverage(result: Result) -> str:
    """Of how many people the answer is known at all, in words; nothing where that cannot be told."""
    found: dict[str, str] = {}
    for cell in result.cells:
        if said := _covered(cell.estimate):
            found[cell.part_label] = said
    told = [f"{label}: {text}" if label else text for label, text in found.items()]
    return f"Answer known for {'; '.join(told)}." if told else ""


def _covered(estimate: Estimate) -> str:
    """The share and the people, as exactly as noise lets it be told."""
    share, people, known = estimate.coverage, estimate.people, estimate.known
    if share is None or not people or known is None:
        return ""
    step, lead = 1, ""
    if estimate.exactness is not None:
        deviation = 100 * hypot(estimate.exactness[0], share * estimate.exactness[1]) / people
        if 2 * Z95 * deviation >= _VAGUE:
            return ""
        step, lead = exactness(deviation), "about "
    percent = round(100 * share / step) * step
    if round(100 * min((known + estimate.hidden) / people, 1.0)) > percent:
        lead = "at least " if not lead else "at least about "
    return f"{lead}{percent}% of {everybody(estimate)}"


_VAGUE = 50
"""Percentage points: a share known to no fewer than so many tells nothing."""


def two_digits(count: int) -> int:
    """A noisy count of unknown exactness.

    >>> two_digits(2124), two_digits(14994)
    (2100, 15000)
    """
    return round(count, 2 - len(str(count)))
