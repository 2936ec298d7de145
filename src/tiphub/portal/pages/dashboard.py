"""The dashboard: who, where, how and by whom, for the people whom a visitor chooses."""

from typing import Any

from tiphub.portal.answer_files import as_json
from tiphub.portal.answers import Answer, answer
from tiphub.portal.filters import COMPARISONS, Filters
from tiphub.portal.numbers import Number, number_of
from tiphub.portal.pages.home import draw_map
from tiphub.portal.pictures import bounds, denominator, label_of, told, written, year_columns
from tiphub.portal.questions import SECTIONS, Question, answerable
from tiphub.portal.texts import Texts
from tiphub.portal.view import Page, Portal, Visit

LONGEST = 12
"""Rows of a picture before the rest is folded away."""


def dashboard(portal: Portal, visit: Visit) -> Page:
    """All pictures of a release, narrowed down by the filters of the address."""
    t, release, standard = visit.t, visit.release, portal.standard
    filters = Filters.read(visit.query, standard, release.years, release.columns, t)
    people, found = answers(portal, visit, filters, answerable(standard, release.columns))
    few = people is None
    noisy = portal.catalog.noise(release) is not None
    return Page(
        "dashboard.html",
        {
            "release": release.version,
            "filters": filters.words,
            "people": people.people if people else None,
            "people_low": people.low if people else None,
            "people_high": people.high if people else None,
            "smallest_count": release.smallest_count,
            "figures": [as_json(item, release.smallest_count) for item in found],
        },
        lambda: {
            "filters": filters,
            "choices": _choices(portal, visit),
            "people": people.people if people else None,
            "selected": told(people, noisy, t) if people else "",
            "noisy": noisy,
            "nobody": nobody(people, noisy, t) if people else "",
            "unmeasured": any(item.unmeasured for item in found),
            "few": few,
            "described": filters.describe(standard, t),
            "sections": [
                (
                    section,
                    [
                        _panel(portal, visit, item, filters)
                        for item in found
                        if item.question.section == section
                    ],
                )
                for section in SECTIONS
            ],
        },
    )


def answers(
    portal: Portal, visit: Visit, filters: Filters, questions: tuple[Question, ...]
) -> tuple[Number | None, list[Answer]]:
    """How many people the filters leave, and the answers; ``None`` and no answers where they are too few."""
    release = visit.release
    noise, within = portal.catalog.noise(release), filters.within(release.years)
    with portal.catalog.records(release) as table:
        chosen = filters.narrow(table)
        people = int(chosen.count().to_pyarrow().as_py())
        if 0 < people < (release.smallest_count or 1):
            return None, []
        number = number_of(noise, within, people)
        if people == 0:
            return number, []
        return number, [
            answer(
                chosen,
                portal.standard,
                question,
                by=filters.by if question.picture == "bars" else (),
                smallest_count=release.smallest_count,
                people=number,
                t=visit.t,
                noise=noise,
                within=within,
            )
            for question in questions
        ]


def nobody(people: Number, noisy: bool, t: Texts) -> str:
    """What is said where a release shows nobody: under noise, between which bounds the number lies."""
    if not noisy:
        return t("dashboard.none")
    if people.low is None:
        return t("dashboard.nobody.unmeasured")
    return t("dashboard.nobody", bounds=bounds(people, t))


def _panel(portal: Portal, visit: Visit, found: Answer, filters: Filters) -> dict[str, Any]:
    t = visit.t
    chosen = filters.query() if found.split else filters.query(compare=None)
    files = visit.to(f"/figure/{found.question.name}", chosen)
    path, _, query = files.partition("?")
    query = f"?{query}" if query else ""
    page, _, chosen_for_page = visit.pinned_to("/dashboard", filters.query()).partition("?")
    svg = visit.pinned_to(f"/figure/{found.question.name}.svg", chosen)
    panel = {
        "page": f"{visit.base}{page}?{chosen_for_page}#{found.question.name}",
        "svg": f"{visit.base}{svg}",
        "found": found,
        "denominator": denominator(found, visit.release.smallest_count, t),
        "label": lambda line: label_of(line, found, t),
        "written": lambda cell: written(cell, visit.release.smallest_count, t),
        "bounds": lambda number: bounds(number, t),
        "files": [
            (kind.upper() if kind != "vl.json" else "Vega-Lite", f"{path}.{kind}{query}") for kind in FILES
        ],
        "longest": LONGEST,
        "whole": t("figure.whole") if filters.compare and not found.split else "",
    }
    if found.question.picture == "years":
        panel["years"] = year_columns(found)
        panel["told"] = lambda year: told(Number(year.count, year.low, year.high), found.noisy, t)
    if found.question.picture == "world" and found.shown:
        link = filters.query(country=None)
        panel["map"] = draw_map(
            portal,
            visit,
            found,
            f"{link}&country={{code}}" if link else "?country={code}",
            filters.within(visit.release.years),
        )
    return panel


FILES = ("csv", "svg", "png", "json", "vl.json")


def _choices(portal: Portal, visit: Visit) -> dict[str, Any]:
    t, release, standard = visit.t, visit.release, portal.standard
    variables = {item.name: set(item.values) for item in release.variables}

    def named(field: str) -> list[tuple[str, str]]:
        if field not in variables:
            return []
        return [
            (code.code, t.apart(t.of(code.label)))
            for code in standard.codes_of(field).codes
            if code.code in variables[field]
        ]

    parents = {code.broader for code in standard.codes_of("country_of_exploitation").codes}
    groups = {code for code, _ in named("majority_status")}
    present = _present(portal, visit)
    places = [(code, label) for code, label in named("country_of_exploitation") if code in present]
    return {
        "years": [str(year) for year in range(release.years[0], release.years[1] + 1)]
        if "year_of_registration" in variables
        else [],
        "gender": named("gender"),
        "age_groups": named("majority_status"),
        "age_bands": [(code, label) for code, label in named("age_band") if code not in groups],
        "countries": sorted((item for item in places if item[0] not in parents), key=lambda item: item[1]),
        "regions": sorted((item for item in places if item[0] in parents), key=lambda item: item[1]),
        "compare": [name for name, field in COMPARISONS.items() if field in variables],
    }


def _present(portal: Portal, visit: Visit) -> set[str]:
    """The countries of exploitation that the release holds: what can be chosen."""
    if "country_of_exploitation" not in visit.release.columns:
        return set()
    with portal.catalog.records(visit.release) as table:
        column = table.select("country_of_exploitation").distinct().to_pyarrow()
    return {value for value in column.column(0).to_pylist() if value is not None}
