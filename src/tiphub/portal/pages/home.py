"""The home page: what this is, the headline figures, and where."""

from math import sqrt
from typing import Any

from tiphub.charts.render import svg, text_alternative
from tiphub.errors import TiphubError
from tiphub.evidence.interval import together
from tiphub.evidence.noise import Cell, MeasuredCounts
from tiphub.portal.answer_files import as_json
from tiphub.portal.answers import Answer, answer
from tiphub.portal.cite import citation
from tiphub.portal.numbers import Number, number_of
from tiphub.portal.pictures import (
    bare_map,
    bounds,
    counted,
    label_of,
    places_of,
    shades,
    told,
    written,
)
from tiphub.portal.questions import BY_NAME, answerable
from tiphub.portal.view import Page, Portal, Visit, hub_of

MAPS = {"exploitation": "country_of_exploitation", "citizenship": "citizenship"}
LONGEST_TABLE = 10


def home(portal: Portal, visit: Visit) -> Page:
    """The first thing a visitor sees."""
    t, release = visit.t, visit.release
    chosen = visit.query.get("map") or "exploitation"
    if chosen not in MAPS:
        raise TiphubError(t("error.value", name=t("home.map"), value=chosen[:100]), do=t("error.value.do"))
    carried = {question.name for question in answerable(portal.standard, release.columns)}
    noise = portal.catalog.noise(release)
    people = number_of(noise, {}, release.rows)
    wanted = carried & {"gender", "majority_status", "year_of_registration", *MAPS.values()}
    with portal.catalog.records(release) as table:
        found = {
            name: answer(
                table,
                portal.standard,
                BY_NAME[name],
                smallest_count=release.smallest_count,
                people=people,
                t=t,
                noise=noise,
            )
            for name in sorted(wanted)
        }
    figures = _figures(found, visit, people, noise)
    places = found.get(MAPS[chosen])
    hub = hub_of(release)
    return Page(
        "home.html",
        {
            "title": hub.title,
            "release": release.version,
            "citation": citation(visit).text,
            "figures": figures,
            "map": as_json(places, release.smallest_count) if places else None,
        },
        lambda: {
            "figures": figures,
            "chosen": chosen,
            "maps": [(name, field) for name, field in MAPS.items() if field in found],
            "places": places,
            "map": draw_map(portal, visit, places) if places and places.shown else None,
            "known": counted(places.known, release.smallest_count, places.noisy, t) if places else "",
            "panel": table_of(places, visit) if places else None,
            "longest": LONGEST_TABLE,
            "citation": citation(visit),
            "agencies": _agencies(len(hub.agencies), visit),
        },
    )


def draw_map(
    portal: Portal, visit: Visit, found: Answer, query: str = "?country={code}", within: Cell | None = None
) -> dict[str, Any]:
    """A map as SVG with its legend; countries of exploitation lead to the dashboard."""
    t = visit.t
    link = visit.to("/dashboard", query) if found.question.name == "country_of_exploitation" else ""
    places = places_of(found, portal.standard, t)
    drawn = svg(bare_map(found, portal.standard, t, link))
    drawn = drawn.replace("<a ", '<a tabindex="-1" aria-hidden="true" ')
    return {
        "svg": text_alternative(drawn, t("map.alt", title=found.title)),
        "shades": shades(places, t),
        "regional": _regional(portal, visit, found, within or {})
        if any(place.region for place in places)
        else "",
    }


def _regional(portal: Portal, visit: Visit, found: Answer, within: Cell) -> str:
    """Of how many people the region is shown and not the country, in a sentence."""
    lines = [line for line in found.shown if line.broad]
    cell = {**within, found.question.name: [line.code for line in lines]}
    number = number_of(portal.catalog.noise(visit.release), cell, sum(line.count for line in lines))
    if number.low == 0 and number.high is not None:
        return visit.t("map.regional.most", most=number.high)
    return visit.t("map.regional", count=told(number, found.noisy, visit.t))


def table_of(found: Answer, visit: Visit) -> dict[str, Any]:
    """How the table beside a map names places and writes shares."""
    t, smallest = visit.t, visit.release.smallest_count
    return {
        "found": found,
        "label": lambda line: label_of(line, found, t),
        "written": lambda cell: written(cell, smallest, t),
        "bounds": lambda number: bounds(number, t),
    }


def _agencies(count: int, visit: Visit) -> str:
    if count == 0:
        return visit.t("home.agencies.none")
    return visit.t("home.agencies.one") if count == 1 else visit.t("home.agencies.many", count=count)


def _years(found: Answer, noise: MeasuredCounts | None) -> list[str]:
    """The years in which somebody was registered.

    With noise, those of which it can be said: with 95%, none of them is one in which nobody was. One interval
    alone would be above 0 in 1 of 40 empty years.
    """
    shown = [line.code for line in found.shown]
    if noise is None:
        return shown
    times = together(len(noise.values(found.question.name)))
    sums = {code: noise.sum({found.question.name: [code]}) for code in shown}
    return [code for code, one in sums.items() if one and one.measured > times * sqrt(one.noise)]


def _figures(
    found: dict[str, Answer], visit: Visit, people: Number, noise: MeasuredCounts | None
) -> list[dict[str, Any]]:
    t, release, noisy = visit.t, visit.release, noise is not None
    years = _years(found["year_of_registration"], noise) if "year_of_registration" in found else []
    first, last = (min(years), max(years)) if years else (str(release.years[0]), str(release.years[1]))
    figures: list[dict[str, Any]] = [
        {
            "value": t.number(release.rows),
            "label": t("home.figure.people"),
            "notes": [
                t("home.figure.people.note", first=first, last=last),
                *([t("home.figure.interval", interval=bounds(people, t))] if noisy else []),
            ],
            "number": release.rows,
            "low": people.low,
            "high": people.high,
        }
    ]
    for name, code, label in (("majority_status", "child", "children"), ("gender", "woman", "women")):
        line = found[name].line(code) if name in found else None
        cell = line.cells[0] if line else None
        if cell is None or cell.share is None or cell.low is None or cell.high is None:
            continue
        of = told(cell.of, noisy, t)
        figures.append(
            {
                "value": t.percent(cell.share),
                "label": t(f"home.figure.{label}"),
                "notes": [
                    t("home.figure.of", known=of),
                    t("home.figure.interval", interval=t.interval(cell.low, cell.high)),
                ],
                **cell.figures,
            }
        )
    counts = {
        name: sum(not line.broad for line in found[name].lines) for name in MAPS.values() if name in found
    }
    if "country_of_exploitation" in counts:
        note = (
            [t("home.figure.countries.note", count=counts["citizenship"])] if "citizenship" in counts else []
        )
        figures.append(
            {
                "value": t.number(counts["country_of_exploitation"]),
                "label": t("home.figure.countries.shown" if noisy else "home.figure.countries"),
                "notes": note,
                "number": counts["country_of_exploitation"],
            }
        )
    return figures
