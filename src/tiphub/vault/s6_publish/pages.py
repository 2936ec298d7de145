"""The pages of a release that people read: README.md and codebook.html."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from tiphub.release import SEPARATOR
from tiphub.standard import Code, Column, Variable
from tiphub.standard.answered import answered_name
from tiphub.standard.model import Text
from tiphub.standard.own import OWN
from tiphub.vault.s6_publish.codebook import DENOMINATOR_RULE
from tiphub.vault.s6_publish.draft import ABSTRACT, Draft
from tiphub.vault.s6_publish.licences import licence_of

_LONG = 30
"""A code list longer than this stands once, at the end of the codebook."""
_MOST_COMMON = 10


@dataclass(frozen=True)
class Line:
    """One value of a column in the codebook: its code, its meaning, how many people."""

    code: str
    label: Text
    definition: str
    count: int | None
    interval: tuple[float, float] | None
    width: float


@dataclass(frozen=True)
class Entry:
    """One column in the codebook; ``shortened`` when only its most common values are shown."""

    column: Column
    bounds: str
    lines: tuple[Line, ...]
    shortened: bool


Counted = Mapping[str, tuple[int, tuple[float, float] | None]]


def readme(draft: Draft) -> bytes:
    """Write the README for a researcher."""
    text = (
        _templates()
        .get_template("README.md.j2")
        .render(_said_of(draft), answered=_first_answered(draft), own=OWN if OWN in _one_way(draft) else "")
    )
    return text.encode()


def codebook_page(draft: Draft) -> bytes:
    """Write the codebook as one self-contained page."""
    standard = draft.standard
    counts = _one_way(draft)
    entries = {item.name: _entry(draft, item, counts.get(item.name, {})) for item in draft.variables}
    long_lists = sorted({e.column.codes for e in entries.values() if e.shortened and e.column.codes})
    groups = [
        (group, [name for name in draft.columns if entries[name].column.group == group.name])
        for group in standard.groups.values()
    ]
    text = (
        _templates()
        .get_template("codebook.html.j2")
        .render(
            _said_of(draft),
            fields=[entry for entry in entries.values() if entry.column.group is None],
            groups=[
                (group, [*_answered(draft, group.name, counts), *_options(draft, names, counts)])
                for group, names in groups
                if names
            ],
            lists=[(name, _tree(standard.code_lists[name].codes)) for name in long_lists],
            rule=DENOMINATOR_RULE["en"],
            most_common=_MOST_COMMON,
        )
    )
    return text.encode()


def _said_of(draft: Draft) -> dict[str, Any]:
    return {
        "draft": draft,
        "about": draft.description,
        "abstract": ABSTRACT,
        "licence": licence_of(draft.description.licence),
        "k": draft.smallest_count,
        "statement": draft.statement,
        "people": draft.records.num_rows,
    }


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("tiphub.vault.s6_publish"),
        autoescape=select_autoescape(enabled_extensions=("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"thousands": "{:,}".format, "listed": _listed, "breakable": _breakable}
    return environment


def _breakable(name: str) -> Markup:
    """A long name that a narrow column may break after each underscore."""
    return escape(name).replace("_", Markup("_<wbr>"))


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else [str(item) for item in value]


def _one_way(draft: Draft) -> Mapping[str, Counted]:
    found: dict[str, dict[str, tuple[int, tuple[float, float] | None]]] = {}
    for row in draft.counts.to_pylist():
        if row["fields"] and SEPARATOR not in row["fields"]:
            interval = None if row["low"] is None else (row["low"], row["high"])
            found.setdefault(row["fields"], {})[row["values"]] = (row["count"], interval)
    return found


def _entry(draft: Draft, item: Variable, counts: Counted) -> Entry:
    column = draft.standard.columns[item.name]
    if column.codes is not None:
        codes = draft.standard.code_lists[column.codes].codes
        known = [(code.code, code.label, code.definition.get("en", "")) for code in codes]
    elif column.kind == "flag":
        known = [("yes", {"en": "Yes"}, ""), ("no", {"en": "No"}, "")]
    else:
        known = [(value, {"en": value}, "") for value in item.values if value in counts]
    shortened = len(known) > _LONG and column.codes is not None
    if shortened:
        common = sorted(known, key=lambda value: -counts.get(value[0], (0, None))[0])[:_MOST_COMMON]
        known = [(code, label, "") for code, label, _ in common]
    known.append(("", {"en": "Unknown"}, ""))
    bounds = f"{item.values[0]} to {item.values[-1]}" if column.kind == "integer" else ""
    return Entry(column, bounds, tuple(_line(draft, value, counts) for value in known), shortened)


def _line(draft: Draft, value: tuple[str, Text, str], counts: Counted) -> Line:
    code, label, definition = value
    count, interval = counts.get(code, (None, None))
    return Line(code, label, definition, count, interval, _width(count, draft.records.num_rows))


def _width(count: int | None, people: int) -> float:
    return round(100 * (count or 0) / max(people, 1), 1)


def _first_answered(draft: Draft) -> str:
    """An example of a column that only the counts have, if there is one."""
    counts = _one_way(draft)
    names = (answered_name(group) for group in draft.standard.groups)
    return next((name for name in names if name in counts), "")


def _answered(draft: Draft, group: str, counts: Mapping[str, Counted]) -> list[Line]:
    name = answered_name(group)
    if name not in counts:
        return []
    told = "The denominator of the shares. A column of counts.csv, not of the records."
    return [replace(_line(draft, ("yes", {"en": "Any of these"}, told), counts[name]), code=name)]


def _options(draft: Draft, names: list[str], counts: Mapping[str, Counted]) -> list[Line]:
    lines = []
    for name in names:
        column = draft.standard.columns[name]
        count, interval = counts.get(name, {}).get("yes", (None, None))
        width = _width(count, draft.records.num_rows)
        lines.append(Line(name, column.label, column.definition.get("en", ""), count, interval, width))
    return lines


def _tree(codes: tuple[Code, ...]) -> list[tuple[str, Code | None, list[Code]]]:
    """Codes under the code above them, in order of its name; those with nothing above or below come last."""
    by_code = {code.code: code for code in codes}
    branches: dict[str | None, list[Code]] = {}
    for code in codes:
        branches.setdefault(code.broader, []).append(code)
    parents = sorted((by_code[name] for name in branches if name), key=lambda code: _path(code, by_code))
    tree: list[tuple[str, Code | None, list[Code]]] = [
        (_path(parent, by_code), parent, sorted(branches[parent.code], key=lambda code: code.label["en"]))
        for parent in parents
    ]
    alone = [code for code in branches.get(None, []) if code.code not in branches]
    return [*tree, ("Others", None, alone)] if alone else tree


def _path(code: Code, by_code: Mapping[str, Code]) -> str:
    above = by_code[code.broader].label["en"] + " · " if code.broader else ""
    return above + code.label["en"]
