"""A finding for programs and for spreadsheets: its figures, each number of people with its bounds."""

import csv
import io
from math import ceil, floor
from typing import Any

from tiphub.evidence.findings import Result
from tiphub.evidence.findings import as_json as plain
from tiphub.evidence.findings.model import Estimate
from tiphub.evidence.interval import Z95

_PEOPLE = ("numerator", "denominator", "people")
_ENDS = tuple(f"{name}_{end}" for name in _PEOPLE for end in ("low", "high"))


def as_json(result: Result) -> dict[str, Any]:
    """The finding for programs. Under privacy noise a bound that is null was not measured."""
    found = plain(result)
    figures = [
        figure | _bounds(cell.estimate) for figure, cell in zip(found["figures"], result.cells, strict=True)
    ]
    return found | {"figures": figures}


def as_csv(result: Result) -> str:
    """The figures as a table; of a number that is not there ``why`` says the reason in a word."""
    noisy = "privacy noise" in result.includes
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    names = ["numerator", "denominator", "share", "low", "high", "people", "coverage", "why"]
    ends = _ENDS if noisy else ()
    writer.writerow(["part", "part_label", "option", "option_label", *names, *ends])
    for cell, figure in zip(result.cells, as_json(result)["figures"], strict=True):
        told = ["" if figure[name] is None else figure[name] for name in names]
        bounds = ["not measured" if figure[name] is None else figure[name] for name in ends]
        writer.writerow([cell.part, cell.part_label, cell.option, cell.option_label, *told, *bounds])
    return out.getvalue()


def _bounds(estimate: Estimate) -> dict[str, int | None]:
    """Between which numbers the true ones lie with 95%; nothing is above all people, known or not."""
    of_share = estimate.noise or (None, None)
    everybody = estimate.exactness[1] if estimate.exactness else None
    found: dict[str, int | None] = {}
    for name, deviation in zip(_PEOPLE, (*of_share, everybody), strict=True):
        count = getattr(estimate, name)
        known = count is not None and deviation  # without noise, nothing was measured
        found[f"{name}_low"] = max(floor(count - Z95 * deviation), 0) if known else None
        found[f"{name}_high"] = ceil(count + Z95 * deviation) if known else None
    for part, whole in (("denominator_high", "people_high"), ("numerator_high", "denominator_high")):
        one, of = found[part], found[whole]
        if one is not None and of is not None:
            found[part] = min(one, of)
    return found
