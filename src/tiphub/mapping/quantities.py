"""Readers of numbers, dates and free text."""

import datetime as dt
from collections import abc
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from tiphub.mapping import dates
from tiphub.mapping.readers import Check, Columns
from tiphub.standard import Code

_WHOLE = "^([+-]?[0-9]{1,9})([.]0*)?$"
_SERIAL = "^([1-9][0-9]{4})([.][0-9]+)?$"
_ANY = "^([+-]?[0-9]{1,9})([.][0-9]*)?$"


def _trimmed(cell: ir.StringValue, unknown: abc.Sequence[str]) -> ir.StringValue:
    text = cell.strip()
    words = dict.fromkeys(["", *(word.strip().lower() for word in unknown)])
    return text.lower().cases(*((word, ibis.null("string")) for word in words), else_=text)


@dataclass(frozen=True, slots=True)
class NumberReader:
    """A cell that holds a number.

    Args:
        bounds: the least and the greatest number that can be, both inclusive, ``None`` for no bound.
        cut: whether a fraction is cut off (an age in full years) or refused.
        bands: codes that stand for numbers; the value is then the code.
    """

    name: str
    cell: str
    column: str
    target: str
    unknown: tuple[str, ...]
    decimal: str
    bounds: tuple[int | None, int | None]
    cut: bool = False
    bands: tuple[Code, ...] = ()

    @property
    def lookup(self) -> abc.Mapping[str, str]:
        """See `Reader`."""
        return {}

    def exact(self, cells: ir.Table) -> Columns:  # noqa: ARG002
        """See `Reader`: there is none."""
        return {}

    def keys(self, cells: ir.Table) -> Columns:
        """See `Reader`."""
        text = _trimmed(cells[self.cell], self.unknown)
        return {f"key_{self.name}": text if self.decimal == "." else text.replace(self.decimal, ".")}

    def parsed(self, keyed: ir.Table) -> Columns:
        """See `Reader`: the number, null where there is none."""
        text, form = keyed[f"key_{self.name}"], _ANY if self.cut else _WHOLE
        number = ibis.ifelse(text.re_search(form), text.re_extract(form, 1).cast("int64"), ibis.null("int64"))
        wrong = (text.notnull() & ~text.re_search(form)).fill_null(False)
        return {f"parsed_{self.name}": number, f"wrong_{self.name}": wrong}

    def _outside(self, number: ir.IntegerValue) -> ir.BooleanValue:
        low, high = self.bounds
        tests = [number < low] if low is not None else []
        tests += [number > high] if high is not None else []
        return ibis.or_(*tests) if tests else number.isnull() & number.notnull()

    def values(self, parsed: ir.Table) -> Columns:
        """See `Reader`."""
        number = parsed[f"parsed_{self.name}"]
        if self.bands:
            return {self.target: band_of(number, self.bands)}
        inside = ibis.ifelse(self._outside(number), ibis.null("int64"), number)
        return {self.target: inside.cast("int32")}

    def checks(self, parsed: ir.Table) -> list[Check]:
        """See `Reader`."""
        cell, number = self.cell, parsed[f"parsed_{self.name}"]
        reason = "is not a number" if self.cut or self.bands else "is not a whole number"
        checks = [Check(self.column, cell, reason, parsed[f"wrong_{self.name}"])]
        if self.bands:
            outside = number.notnull() & band_of(number, self.bands).isnull()
            return [*checks, Check(self.column, cell, "lies in no band of the standard", outside)]
        low, high = self.bounds
        return [*checks, Check(self.column, cell, f"lies outside {low} to {high}", self._outside(number))]


def band_of(number: ir.IntegerValue, bands: abc.Sequence[Code]) -> ir.StringValue:
    """The code whose bounds hold a number; null where none does."""
    branches = []
    for code in bands:
        tests = [number >= code.minimum] if code.minimum is not None else []
        tests += [number <= code.maximum] if code.maximum is not None else []
        branches.append((ibis.and_(*tests), code.code))
    return ibis.cases(*branches, else_=ibis.null("string"))


@dataclass(frozen=True, slots=True)
class DateReader:
    """A cell that holds a date in one of some declared forms.

    Args:
        years_from: the first of the hundred years that two digits can mean, where a form has two.
        bounds: where only the year is kept, the least and the greatest that can be.
    """

    name: str
    cell: str
    column: str
    target: str
    unknown: tuple[str, ...]
    forms: tuple[str, ...]
    first: dt.date
    today: dt.date
    years_from: int | None = None
    bounds: tuple[int | None, int | None] | None = None

    @property
    def lookup(self) -> abc.Mapping[str, str]:
        """See `Reader`."""
        return {}

    def exact(self, cells: ir.Table) -> Columns:  # noqa: ARG002
        """See `Reader`: there is none."""
        return {}

    def keys(self, cells: ir.Table) -> Columns:
        """See `Reader`."""
        return {f"key_{self.name}": _trimmed(cells[self.cell], self.unknown)}

    def parsed(self, keyed: ir.Table) -> Columns:
        """See `Reader`: year, month, day."""
        text = keyed[f"key_{self.name}"]
        found = dates.parts(text, self.forms, self.years_from)
        read = {f"{part}_{self.name}": value for part, value in found.items()}
        return {**read, f"given_{self.name}": text.notnull(), f"serial_{self.name}": text.re_search(_SERIAL)}

    def _date(self, parsed: ir.Table) -> ir.DateValue:
        return dates.date(*(parsed[f"{part}_{self.name}"] for part in ("year", "month", "day")))

    def values(self, parsed: ir.Table) -> Columns:
        """See `Reader`."""
        date = self._date(parsed)
        inside = ibis.ifelse(date.between(self.first, self.today), date, ibis.null("date"))
        if self.bounds is None:
            return {self.target: inside}
        year = inside.year().cast("int32")
        return {self.target: ibis.ifelse(year >= (self.bounds[0] or 0), year, ibis.null("int32"))}

    def checks(self, parsed: ir.Table) -> list[Check]:
        """See `Reader`."""
        date = self._date(parsed)
        read = [parsed[f"{part}_{self.name}"].notnull() for part in ("year", "month", "day")]
        formed = ibis.and_(*read)
        formless = parsed[f"given_{self.name}"] & ~formed
        serial = parsed[f"serial_{self.name}"].fill_null(False)
        forms = " or ".join(self.forms)
        first = self.first
        if self.bounds is not None and self.bounds[0]:
            first = dt.date(self.bounds[0], 1, 1)
        number = f"is a number, perhaps a spreadsheet's for a date, and not {forms}"
        return [
            self._check(f"is not a date of the form {forms}", formless & ~serial),
            self._check(number, formless & serial),
            self._check(f"is a day that no calendar has, read as {forms}", formed & date.isnull()),
            self._check(f"lies after {self.today.isoformat()}", date > self.today),
            self._check(f"lies before {first.isoformat()}", date < first),
        ]

    def _check(self, reason: str, when: ir.BooleanValue) -> Check:
        return Check(self.column, self.cell, reason, when)


@dataclass(frozen=True, slots=True)
class TextReader:
    """A cell that is kept as it is."""

    name: str
    cell: str
    column: str
    target: str
    unknown: tuple[str, ...]

    @property
    def lookup(self) -> abc.Mapping[str, str]:
        """See `Reader`."""
        return {}

    def exact(self, cells: ir.Table) -> Columns:  # noqa: ARG002
        """See `Reader`: there is none."""
        return {}

    def keys(self, cells: ir.Table) -> Columns:
        """See `Reader`."""
        return {f"key_{self.name}": _trimmed(cells[self.cell], self.unknown)}

    def parsed(self, keyed: ir.Table) -> Columns:
        """See `Reader`."""
        return {f"parsed_{self.name}": keyed[f"key_{self.name}"]}

    def values(self, parsed: ir.Table) -> Columns:
        """See `Reader`."""
        return {self.target: parsed[f"parsed_{self.name}"]}

    def checks(self, parsed: ir.Table) -> list[Check]:  # noqa: ARG002
        """See `Reader`: nothing is wrong with a text."""
        return []
