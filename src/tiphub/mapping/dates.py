"""Dates in declared forms, read with text functions that every engine has."""

import datetime as dt
import re

import ibis
import ibis.expr.types as ir

from tiphub.mapping.text import normalise, normalised

FIRST = dt.date(1900, 1, 1)

_TIME = r"([T ][0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?Z?)?"
PART = re.compile("YYYY|YY|MMM|MM|DD")
_MONTHS = (
    "january janvier enero janeiro jan janv ene",
    "february fevrier febrero fevereiro feb fevr fev",
    "march mars marzo março mar",
    "april avril abril apr avr abr",
    "may mai mayo maio",
    "june juin junio junho jun",
    "july juillet julio julho jul juil",
    "august aout agosto aug ago",
    "september septembre septiembre setembro sep sept set",
    "october octobre octubre outubro oct out",
    "november novembre noviembre novembro nov",
    "december decembre diciembre dezembro dec dic dez",
)
MONTHS = {normalise(name): number for number, names in enumerate(_MONTHS, 1) for name in names.split()}


def pattern(form: str) -> str:
    """A form such as ``DD/MM/YYYY`` as a regular expression; a time of day may follow.

    >>> bool(re.search(pattern("DD/MM/YYYY"), "5/12/2023 00:00:00"))
    True
    """
    groups = {
        "YYYY": "([0-9]{4})",
        "YY": "([0-9]{2})",
        "MMM": "([^0-9 ./-]+)[.]?",
        "MM": "([0-9]{1,2})",
        "DD": "([0-9]{1,2})",
    }
    out, end = "", 0
    for part in PART.finditer(form):
        out += re.escape(form[end : part.start()]) + groups[part[0]]
        end = part.end()
    return f"^{out}{re.escape(form[end:])}{_TIME}$"


def parts(cell: ir.StringValue, forms: tuple[str, ...], years_from: int | None) -> dict[str, ir.IntegerValue]:
    """Year, month and day as numbers, null where no form fits; not yet checked against the calendar.

    The day is 1 in forms that have none. ``years_from`` is the first of the hundred years that YY can mean.
    """
    out: dict[str, ir.IntegerValue] = {}
    for name, spelled in (("year", ("YYYY", "YY")), ("month", ("MM", "MMM")), ("day", ("DD",))):
        branches = []
        for form in forms:
            order = PART.findall(form)
            part = next((part for part in order if part in spelled), None)
            number = ibis.literal(1, "int32")
            if part is not None:
                text = cell.re_extract(pattern(form), order.index(part) + 1)
                number = _number(text, part, years_from or 0)
            branches.append((cell.re_search(pattern(form)), number))
        out[name] = ibis.cases(*branches, else_=ibis.null("int32"))
    return out


def _number(text: ir.StringValue, part: str, years_from: int) -> ir.IntegerValue:
    if part == "MMM":
        named = [(key, ibis.literal(number, "int32")) for key, number in MONTHS.items()]
        return normalised(text).cases(*named, else_=ibis.null("int32"))
    number = text.cast("int32")
    if part == "YY":
        return (years_from + (number + 100 - years_from % 100) % 100).cast("int32")
    return number


def exists(year: ir.IntegerValue, month: ir.IntegerValue, day: ir.IntegerValue) -> ir.BooleanValue:
    """Whether the calendar has that day; null where there is no year."""
    leap = ((year % 4 == 0) & (year % 100 != 0)) | (year % 400 == 0)
    last = ibis.cases((month.isin([4, 6, 9, 11]), 30), (month != 2, 31), (leap, 29), else_=28)
    return (year >= 1) & month.between(1, 12) & (day >= 1) & (day <= last)


def date(year: ir.IntegerValue, month: ir.IntegerValue, day: ir.IntegerValue) -> ir.DateValue:
    """The date of parts that exist; null for others."""
    text = ibis.literal("-").join(
        [year.cast("string").lpad(4, "0"), month.cast("string").lpad(2, "0"), day.cast("string").lpad(2, "0")]
    )
    return ibis.ifelse(exists(year, month, day).fill_null(False), text.cast("date"), ibis.null("date"))
