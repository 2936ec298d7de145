"""An answer as a picture: the same Vega-Lite spec for the page's map, the downloads and the API."""

from dataclasses import dataclass, replace

from tiphub.charts import Bar, Frame, Place, Spec, Year, bars, world, years
from tiphub.charts.world import colours, thresholds
from tiphub.portal.answers import Answer, Cell, Line
from tiphub.portal.numbers import Number
from tiphub.portal.texts import Texts
from tiphub.standard import Code, Standard

LONGEST = 20
"""Bars of a picture that stands alone; the CSV has them all."""


@dataclass(frozen=True, slots=True)
class Shade:
    """One class of a map's legend."""

    colour: str
    label: str


def spec(found: Answer, standard: Standard, note: str, smallest_count: int | None, t: Texts) -> Spec:
    """The picture of an answer, framed so that it stands alone."""
    if found.noisy:
        said = [t("noise.figure"), *([t("noise.unmeasured")] if found.unmeasured else [])]
        note = f"{' '.join(said)}\n{note}"
    frame = Frame(
        found.title, denominator(found, smallest_count, t), note, t.thousands, t.decimal, t.direction == "rtl"
    )
    if found.question.picture == "years":
        each = [_year(line, told(line.cells[0].number, found.noisy, t)) for line in found.shown]
        return years(_without_gaps(each), frame)
    if found.question.picture == "world":
        places = places_of(found, standard, t)
        said = [t("map.dashed")] if any(place.region for place in places) else []
        frame = replace(frame, note="\n".join([*said, note, t("map.disclaimer")]))
        return world(places, frame, legend=[shade.label for shade in shades(places, t)])
    shown = found.shown[:LONGEST]
    if len(found.shown) > LONGEST:
        frame = replace(frame, subtitle=f"{frame.subtitle} {t('figure.first', count=LONGEST)}")
    items = [
        Bar(
            label_of(line, found, t),
            _beside(cell, found, smallest_count, t),
            cell.share,
            cell.low,
            cell.high,
            cell.series_label,
        )
        for line in shown
        for cell in line.cells
    ]
    return bars(items, frame)


def _beside(cell: Cell, found: Answer, smallest_count: int | None, t: Texts) -> str:
    """What is written behind a bar: its share, and that it has no interval where it should."""
    share = written(cell, smallest_count, t)
    unknown = found.noisy and cell.share is not None and cell.low is None
    return f"{share} ({t('noise.not_measured')})" if unknown else share


def bare_map(found: Answer, standard: Standard, t: Texts, link: str) -> Spec:
    """The map alone, for a page that has its own title and legend; ``link`` has ``{code}`` in it."""
    return world(places_of(found, standard, t, link), None)


def _without_gaps(items: list[Year]) -> list[Year]:
    by_year = {item.year: item for item in items}
    if not by_year:
        return []
    return [by_year.get(year, Year(year, None, "")) for year in range(min(by_year), max(by_year) + 1)]


def year_columns(found: Answer) -> list[Year]:
    """The years without gaps, for the page's own columns."""
    return _without_gaps([_year(line, line.label) for line in found.shown])


def _year(line: Line, text: str) -> Year:
    number = line.cells[0].number
    return Year(int(line.code), number.people, text, number.low, number.high)


def places_of(found: Answer, standard: Standard, t: Texts, link: str = "") -> list[Place]:
    """Where the people are: countries, and regions for those whose country is not shown."""
    codes = standard.codes_of(found.question.name).by_code
    places = []
    for line in found.shown:
        code = codes[line.code]
        key = "map.region" if line.broad else "map.country"
        text = t(key, place=line.label, count=told(line.cells[0].number, found.noisy, t))
        at = _centre(code, standard, found.question.name)
        if at is not None:
            href = "" if line.broad or not link else link.replace("{code}", line.code)
            places.append(Place(_m49(code), text, line.count, *at, line.broad, href))
    return places


def _m49(code: Code) -> str:
    return (code.extra or {}).get("m49", "")


def _centre(code: Code, standard: Standard, name: str) -> tuple[float, float] | None:
    extra = code.extra or {}
    if "latitude" in extra:
        return float(extra["latitude"]), float(extra["longitude"])
    inside = _countries(code.code, standard, name)
    if not inside:
        return None
    points = [
        (float(item.extra["latitude"]), float(item.extra["longitude"])) for item in inside if item.extra
    ]
    return sum(point[0] for point in points) / len(points), sum(point[1] for point in points) / len(points)


def _countries(code: str, standard: Standard, name: str) -> list[Code]:
    found: list[Code] = []
    for item in standard.codes_of(name).codes:
        if item.broader == code:
            located = item.extra is not None and "latitude" in item.extra
            found += [item] if located else _countries(item.code, standard, name)
    return found


def shades(places: list[Place], t: Texts) -> list[Shade]:
    """The legend of a map of these places."""
    counts = [place.count for place in places if not place.region]
    limits = thresholds(counts)
    edges = [*limits, None]
    found = []
    for number, colour in enumerate(colours(limits)):
        upper = edges[number]
        if number == 0:
            label = t("map.below", upper=upper) if upper else t("map.any")
        elif upper is None:
            label = t("map.above", lower=limits[-1])
        else:
            label = t.span(t.number(limits[number - 1]), t.number(upper - 1))
        found.append(Shade(colour, label))
    return found


def label_of(line: Line, found: Answer, t: Texts) -> str:
    """An option's name; of a broader code, that the narrower one is not shown."""
    if not line.broad:
        return t.apart(line.label)
    return t("broad.country" if found.question.places else "broad", label=line.label)


def written(cell: Cell, smallest_count: int | None, t: Texts) -> str:
    """A cell's share in words."""
    if cell.share is None:
        return "–" if cell.count is not None or smallest_count is None else t("few.held")
    return t.percent(cell.share)


def denominator(found: Answer, smallest_count: int | None, t: Texts) -> str:
    """What the shares are shares of."""
    key = "of.group" if found.group else "of.field"
    if found.question.picture == "years":
        key = "of.years"
    if len(found.series) > 1:
        parts = [
            t("of.part", series=series.label, count=counted(series.of, smallest_count, found.noisy, t))
            for series in found.series
        ]
        return t(f"{key}.split", parts=", ".join(parts))
    known = counted(found.known, smallest_count, found.noisy, t)
    return t(key, known=known, people=told(found.people, found.noisy, t))


def counted(number: Number, smallest_count: int | None, noisy: bool, t: Texts) -> str:
    """How many people, in words where it may not be said."""
    return t("few", k=smallest_count or 1) if number.people is None else told(number, noisy, t)


def told(number: Number, noisy: bool, t: Texts) -> str:
    """How many people, with their bounds where the release added noise: 1,234 (1,210–1,258)."""
    people = t.number(number.people or 0)
    return f"{people} ({bounds(number, t)})" if noisy else people


def bounds(number: Number, t: Texts) -> str:
    """Between which numbers the true one lies, or that it was not measured."""
    if number.low is None or number.high is None:
        return t("noise.not_measured")
    return t.span(t.number(number.low), t.number(number.high))
