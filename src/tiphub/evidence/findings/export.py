"""Findings' answers as data, and what their intervals include in words."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from tiphub.evidence.findings.model import Result

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
