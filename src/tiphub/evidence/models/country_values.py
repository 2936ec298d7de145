"""A number for each country, such as climate or disaster risk, from a CSV that the hub supplies."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from tiphub.errors import TiphubError
from tiphub.standard import Standard, normalise

LARGEST, SMALLEST = 1e12, 1e-12
"""What a value may be, apart from 0: beyond, a unit was mistaken, or sums of squares lose their digits."""


@dataclass(frozen=True, slots=True)
class CountryValues:
    """Values by ISO 3166-1 alpha-3 code, and where they come from (the file's own words; may be empty)."""

    values: Mapping[str, float]
    source: str


def read_country_values(path: Path, standard: Standard) -> CountryValues:
    """Read ``country,value`` lines; a country is a code (alpha-2, alpha-3) or a name in any known language.

    The source stands in comment lines (``# ...``) above the header, or in a column ``source``. An empty value
    is a country without one.

    Raises:
        TiphubError: the file cannot be read, a country is not known or stands twice, a value is no number or
            beyond `LARGEST` or `SMALLEST`; with the line and the column.
    """
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise TiphubError(f"The country values cannot be read: {reason}.", where=str(path)) from None
    comments = [line.lstrip("# ").strip() for line in lines if line.startswith("#")]
    numbered = [(at, line) for at, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")]
    try:
        rows = csv.DictReader(line for _, line in numbered)
        return _values(rows, comments, [at for at, _ in numbered], path, standard)
    except csv.Error as error:
        do = "Check that a quotation mark is not left open."
        raise TiphubError(f"The country values cannot be read: {error}.", where=str(path), do=do) from None


def _values(
    rows: "csv.DictReader[str]",
    comments: Sequence[str],
    numbers: Sequence[int],
    path: Path,
    standard: Standard,
) -> CountryValues:
    if rows.fieldnames is None or not {"country", "value"} <= set(rows.fieldnames):
        raise TiphubError("The country values need the columns country and value.", where=str(path))
    places = _places(standard)
    found: dict[str, float] = {}
    sources = dict.fromkeys(text for text in comments if text)
    for row in rows:
        country, value = (row["country"] or "").strip(), (row["value"] or "").strip()
        where = f"{path}, line {numbers[rows.line_num - 1]}"
        code = places.get(normalise(country))
        if code is None:
            raise TiphubError(
                f"There is no country {country!r}.",
                where=f"{where}, column country",
                do="Use its ISO alpha-3 code.",
            )
        if code in found:
            raise TiphubError(f"The country {country} stands twice.", where=where, do="Keep one line.")
        if (row.get("source") or "").strip():
            sources[str(row["source"]).strip()] = None
        if value:
            found[code] = _number(value, country, f"{where}, column value")
    if not found:
        raise TiphubError("The file holds no value.", where=str(path))
    return CountryValues(found, "; ".join(sources))


def _number(value: str, country: str, where: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    if not isfinite(number):
        raise TiphubError(
            f"{value!r} of {country} is no number.", where=where, do="Write it with a decimal point."
        )
    if number and not SMALLEST <= abs(number) <= LARGEST:
        size, unit = ("large", "larger") if abs(number) > LARGEST else ("small", "smaller")
        raise TiphubError(
            f"{value} of {country} is too {size} to compare countries by.",
            where=where,
            do=f"Check it, or write all values in a {unit} unit.",
        )
    return number


def _places(standard: Standard) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for code in standard.code_lists["country"].codes:
        extra = code.extra or {}
        if extra.get("level") != "country":
            continue
        for name in (code.code, extra.get("alpha2", ""), *code.label.values(), *code.names):
            if name:
                found.setdefault(normalise(name), code.code)
    return found
