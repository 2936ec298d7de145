"""A declared model for programs and for spreadsheets."""

import csv
import io
from collections.abc import Sequence
from math import exp, isclose
from typing import Any

from tiphub.evidence.models import Ratio
from tiphub.evidence.models.score import LIMIT
from tiphub.portal.models.desk import Fitted
from tiphub.portal.models.told import Told
from tiphub.portal.models.words import told_at_all

FIGURES = ("ratio", "low", "high", "p")


def as_json(fitted: Fitted, told: Told | None, notes: Sequence[str], source: str) -> dict[str, Any]:
    """The model for programs: a bound that is null is none, and no ratio says why."""
    model, found = fitted.model, fitted.found
    counted = found if found is not None and told_at_all(found) else None
    return {
        "name": fitted.name,
        "number": fitted.number,
        "title": told.title if told else "",
        "outcome": model.outcome.name,
        "on": list(model.on),
        "among": dict(model.among),
        "source": source,
        "refusal": fitted.refusal,
        "people": counted.used if counted else None,
        "events": counted.events if counted else None,
        "population": told.population if told else "",
        "includes": ["sampling", "privacy noise"],
        "effects": [
            {
                "covariate": part.name,
                "title": part.title,
                "level": line.effect.level,
                "label": line.label,
                "reference": line.effect.reference,
                "adjusted": _ratio(line.effect.adjusted),
                "unadjusted": _ratio(line.effect.unadjusted),
                "wider": line.effect.wider,
                "reason": line.effect.reason,
            }
            for part in (told.parts if told else ())
            for line in part.lines
        ],
        "sentences": list(told.sentences) if told else [],
        "notes": list(notes),
    }


def as_csv(told: Told) -> str:
    """The figures as a table for spreadsheets; a bound that is none is written so."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    names = ["covariate", "title", "level", "label", "reference", *FIGURES]
    writer.writerow([*names, *(f"unadjusted_{name}" for name in FIGURES), "wider"])
    for part in told.parts:
        for line in part.lines:
            one = line.effect
            said = "yes" if one.reference else "no"
            row = [part.name, part.title, one.level or "", line.label, said]
            writer.writerow([*row, *_cells(one.adjusted), *_cells(one.unadjusted), one.wider or ""])
    return out.getvalue()


def _ratio(ratio: Ratio | None) -> dict[str, float | None] | None:
    if ratio is None:
        return None
    low, high = _bounds(ratio)
    return {"ratio": ratio.ratio, "low": low, "high": high, "p": ratio.p}


def _cells(ratio: Ratio | None) -> list[float | str]:
    if ratio is None:
        return [""] * len(FIGURES)
    low, high = _bounds(ratio)
    return [ratio.ratio, "none" if low is None else low, "none" if high is None else high, ratio.p]


def _bounds(ratio: Ratio) -> tuple[float | None, float | None]:
    """The interval, without a bound that only says how far was looked."""
    low = None if isclose(ratio.low, exp(-LIMIT)) else ratio.low
    return low, None if isclose(ratio.high, exp(LIMIT)) else ratio.high
