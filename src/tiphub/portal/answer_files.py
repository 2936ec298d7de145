"""An answer for programs and for spreadsheets."""

import csv
import io
from typing import Any

from tiphub.portal.answers import Answer
from tiphub.portal.cite import citation
from tiphub.portal.filters import Filters
from tiphub.portal.view import Visit
from tiphub.standard import Standard

BOUNDS = ("numerator_low", "numerator_high", "denominator_low", "denominator_high")


def cited(found: Answer, visit: Visit, filters: Filters, standard: Standard) -> dict[str, Any]:
    """The answer as a file that stands alone: of which release and people it is, and how to cite it."""
    return {
        "release": visit.release.version,
        "filters": filters.words,
        "of": filters.describe(standard, visit.t) or visit.t("dashboard.everybody"),
        "citation": citation(visit).text,
        **as_json(found, visit.release.smallest_count),
    }


def as_json(found: Answer, smallest_count: int | None) -> dict[str, Any]:
    """The answer for programs: ``numerator`` is null where fewer than ``smallest_count`` people.

    Under ``privacy noise`` every number has its bounds; a bound that is null was not measured.
    """
    return {
        "question": found.question.name,
        "title": found.title,
        "definition": found.definition,
        "denominator": "people for whom at least one option is known"
        if found.group
        else "people for whom it is known",
        "people": found.people.people,
        "people_low": found.people.low,
        "people_high": found.people.high,
        "smallest_count": smallest_count,
        "includes": ["sampling", "privacy noise"] if found.noisy else ["sampling"],
        "rows": [
            {
                "value": line.code,
                "label": line.label,
                "series": cell.series or None,
                **cell.figures,
            }
            for line in found.lines
            for cell in line.cells
        ],
    }


def as_csv(found: Answer, smallest_count: int | None) -> str:
    """The answer as a table for spreadsheets; what may not be shown is written as it is said on the page."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    names = ["denominator", "share", "low", "high"]
    if found.noisy:
        names += BOUNDS
    writer.writerow(["value", "label", "series", "numerator", *names])
    unknown = "not measured" if found.noisy else ""
    for row in as_json(found, smallest_count)["rows"]:
        number = f"fewer than {smallest_count} or held back" if row["numerator"] is None else row["numerator"]
        figures = (unknown if row[name] is None else row[name] for name in names)
        writer.writerow([row["value"], row["label"], row["series"] or "", number, *figures])
    return out.getvalue()
