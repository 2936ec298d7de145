"""The methods page: where the data come from, how people are protected, how to read the numbers."""

from collections.abc import Mapping
from typing import Any

from tiphub.portal.pictures import told
from tiphub.portal.promises import promises
from tiphub.portal.questions import answerable
from tiphub.portal.view import Page, Portal, Visit, hub_of


def methods(portal: Portal, visit: Visit) -> Page:
    """The release's statement and the standard's definitions, in plain words."""
    t, release, standard = visit.t, visit.release, portal.standard
    statement = release.statement
    definitions = [
        {
            "name": question.name,
            "label": t.of(item.label),
            "definition": t.of(item.definition),
            "codes": codes,
        }
        for question in answerable(standard, release.columns)
        for item in [standard.groups.get(question.name) or standard.fields[question.name]]
        for codes in [_codes(portal, visit, question.name)]
    ]
    promised = {
        name: promises(statement.get(name, ()), t) for name in ("protects_from", "does_not_protect_from")
    }
    protection = {
        "method": str(statement.get("method", "")),
        "unit": str(statement.get("unit", "")),
        "parameters": _flat(statement.get("parameters", {})),
        **{name: [promise.text for promise in said] for name, said in promised.items()},
    }
    columns = ", ".join(t.of(standard.columns[name].label) for name in release.quasi_identifiers)
    hub = hub_of(release)
    people = portal.catalog.people(release)
    noisy = people.low is not None
    return Page(
        "methods.html",
        {
            "release": release.version,
            "people": release.rows,
            "people_low": people.low,
            "people_high": people.high,
            "contributors": list(hub.agencies),
            "protection": protection,
            "smallest_count": release.smallest_count,
            "quasi_identifiers": list(release.quasi_identifiers),
            "definitions": definitions,
        },
        lambda: {
            "people": told(people, noisy, t),
            "noisy": noisy,
            "protection": protection,
            "settings": [(name, _short(value)) for name, value in protection["parameters"]],
            "promised": promised,
            "definitions": definitions,
            "columns": columns,
        },
    )


def _codes(portal: Portal, visit: Visit, name: str) -> list[dict[str, str]]:
    standard, t = portal.standard, visit.t
    if name in ("country_of_exploitation", "citizenship") or (
        name in standard.fields and standard.fields[name].codes is None
    ):
        return []
    carried = set(visit.release.columns)
    codes = standard.options(name) if name in standard.groups else standard.codes_of(name).codes
    return [
        {"code": code.code, "label": t.of(code.label), "definition": t.of(code.definition)}
        for code in codes
        if name not in standard.groups or f"{name}_{code.code}" in carried
    ]


def _short(value: str) -> str:
    """A setting as people read it; the JSON twin has it in full.

    >>> _short("80183369681/250000000000"), _short("dp")
    ('0.3207', 'dp')
    """
    over, line, under = value.partition("/")
    exact = line and over.isdecimal() and under.isdecimal() and int(under)
    return f"{int(over) / int(under):.4g}" if exact else value


def _flat(value: Any) -> list[tuple[str, str]]:
    if not isinstance(value, Mapping):
        return []
    return [
        (
            str(name).replace("_", " "),
            ", ".join(map(str, item)) if isinstance(item, list | tuple) else str(item),
        )
        for name, item in value.items()
        if not isinstance(item, Mapping)
    ]
