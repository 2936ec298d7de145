"""What of a story a release cannot tell: such passages are left out, and that is said once in plain words."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from tiphub.evidence.findings import Estimate, Finding, Result
from tiphub.portal.stories.story import PLACE
from tiphub.standard import Standard, flag_name
from tiphub.standard.answered import options_of
from tiphub.standard.own import CITIZENSHIP, COUNTRY

_SECTION = re.compile(r"^(?=## )", re.MULTILINE)
_FIGURES = ("finding", "chart", "number")


def mute(result: Result) -> bool:
    """Whether a finding has nothing to say: the release lacks what it asks, or nobody in it has an answer."""
    return bool(result.problem) or all(cell.estimate.why == "nobody" for cell in result.cells)


def speaking(body: str, results: Mapping[str, Result]) -> str:
    """What a release can tell of a story.

    A paragraph with a finding or a number that the release does not have is left out, and so is a section of
    which no paragraph with a finding, chart or number is left: its heading and its words are about those.
    """
    return "\n\n".join(filter(None, (_section(part, results) for part in _SECTION.split(body))))


def _section(text: str, results: Mapping[str, Result]) -> str:
    parts = [part.strip() for part in re.split(r"\n\s*\n", text.strip())]
    asking = [part for part in parts if _names(part)]
    silent = [part for part in asking if any(_silent(*place, results) for place in _names(part))]
    if asking and len(asking) == len(silent) and text.startswith("## "):
        return ""
    return "\n\n".join(part for part in parts if part not in silent)


def _names(part: str) -> list[tuple[str, str]]:
    return [(found[1], found[2].strip()) for found in PLACE.finditer(part) if found[1] in _FIGURES]


def _silent(kind: str, given: str, results: Mapping[str, Result]) -> bool:
    if kind == "number":
        estimate, field = figure(given, results)
        return estimate is None or getattr(estimate, field) is None
    return mute(results[given])


def figure(place: str, results: Mapping[str, Result]) -> tuple[Estimate | None, str]:
    """Which share, and what of it, is named by ``family_children.share``, ``trend_labour.late.people``."""
    name, _, rest = place.partition(".")
    part, _, field = rest.rpartition(".")
    cell = results[name].cell(part)
    return (cell.estimate if cell else None), field


def left_out(results: Iterable[Result], columns: Collection[str], standard: Standard) -> tuple[str, ...]:
    """Why passages are left out, in at most a sentence for each reason; ``columns`` are the release's."""
    absent: list[str] = []
    unanswered: list[str] = []
    for result in results:
        if not mute(result):
            continue
        lacks = _lacking(result.finding, columns, standard) if result.problem else []
        absent += lacks
        unanswered += [] if lacks else [result.finding.title]
    said = []
    if found := _quoted(absent):
        said.append(
            f"This release does not carry {found[0] if len(found) == 1 else _either(found)};"
            " what this story would say of that is left out."
        )
    if found := _quoted(unanswered):
        said.append(
            f"Left out, because nobody whom it is about has an answer in this release: {', '.join(found)}."
        )
    return tuple(said)


def _quoted(labels: Iterable[str]) -> list[str]:
    return [f"“{label}”" for label in dict.fromkeys(labels)]


def _either(items: Sequence[str]) -> str:
    return f"{', '.join(items[:-1])} or {items[-1]}"


def _lacking(finding: Finding, columns: Collection[str], standard: Standard) -> list[str]:
    """The labels of what a finding needs and a release does not carry."""
    measure = finding.measure
    wheres = (finding.where, *(part.where for part in finding.parts))
    needed = list(dict.fromkeys(name for where in wheres for name in where))
    if measure.kind == "pair":
        needed += [CITIZENSHIP, COUNTRY]
    elif measure.kind == "field":
        needed.append(measure.name)
    elif options_of(columns, standard, measure.name):
        needed += [flag_name(measure.name, option) for option in (*measure.any, *measure.each)]
    else:
        return [standard.groups[measure.name].label["en"], *_labels(needed, columns, standard)]
    return _labels(needed, columns, standard)


def _labels(needed: Sequence[str], columns: Collection[str], standard: Standard) -> list[str]:
    found = []
    for name in needed:
        column = standard.columns[name]
        if name in columns:
            continue
        if column.group is None:
            found.append(column.label["en"])
        else:
            group = standard.groups[column.group].label["en"]
            whole = options_of(columns, standard, column.group)
            found.append(f"{group}: {column.label['en']}" if whole else group)
    return found
