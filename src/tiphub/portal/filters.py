"""What a visitor narrows a page down to, read from its address and written back into it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

import ibis.expr.types as ir

from tiphub.errors import TiphubError
from tiphub.evidence.noise import Cell
from tiphub.portal.texts import Texts
from tiphub.standard import Standard

COMPARISONS = {"age": "majority_status", "gender": "gender"}
"""What pictures can be split by: the word in the address, and the field."""

LONGEST = 100
"""Characters of a value in an address; no code is longer."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Years from and to (inclusive), gender, age group and country of exploitation; ``None`` is everybody.

    ``age`` is a code of ``majority_status`` or of ``age_band``; ``compare`` splits every picture.
    """

    first: int | None = None
    last: int | None = None
    gender: str | None = None
    age: str | None = None
    country: str | None = None
    compare: str | None = None

    @classmethod
    def read(
        cls,
        query: Mapping[str, str],
        standard: Standard,
        years: tuple[int, int],
        columns: Collection[str],
        t: Texts,
    ) -> Self:
        """Read the filters of an address on a release with these columns; other parameters are none of ours.

        Raises:
            TiphubError: a value is none that the filter has, or the release does not carry what it is of.
        """
        words = {name: query.get(name, "").strip() or None for name in ("from", "to", *_CODES, "compare")}
        first, last = (_year(words[name], years, t) for name in ("from", "to"))
        if first is not None and last is not None and first > last:
            raise TiphubError(t("error.years", first=str(first), last=str(last)), do=t("error.years.do"))
        for name, fields in _CODES.items():
            value = words[name]
            if value is not None and not any(value in standard.codes_of(field).by_code for field in fields):
                raise _unknown(t(f"filter.{name}"), value, t)
        if words["compare"] is not None and words["compare"] not in COMPARISONS:
            raise _unknown(t("filter.compare"), words["compare"], t)
        found = cls(first, last, words["gender"], words["age"], words["country"], words["compare"])
        if absent := [name for name in found._asked if name not in columns]:
            label = t.of(standard.columns[absent[0]].label)
            raise TiphubError(t("error.absent", field=label), do=t("error.value.do"))
        return found

    @property
    def _asked(self) -> tuple[str, ...]:
        """The columns that the filters look at."""
        years = () if self.first is None and self.last is None else ("year_of_registration",)
        return (*years, *self.where, *self.by)

    @property
    def where(self) -> dict[str, str]:
        """The filters that ask for one code."""
        found = {"gender": self.gender, "country_of_exploitation": self.country}
        if self.age is not None:
            found["majority_status" if self.age in ("child", "adult") else "age_band"] = self.age
        return {name: value for name, value in found.items() if value is not None}

    def within(self, years: tuple[int, int]) -> Cell:
        """The cells of a release's counts that the filters leave; ``years`` are those that it may tell."""
        found: dict[str, tuple[str, ...]] = {name: (value,) for name, value in self.where.items()}
        if self.first is not None or self.last is not None:
            first = years[0] if self.first is None else self.first
            last = years[1] if self.last is None else self.last
            found["year_of_registration"] = tuple(map(str, range(first, last + 1)))
        return found

    @property
    def by(self) -> tuple[str, ...]:
        """The field that pictures are split by, if any."""
        return (COMPARISONS[self.compare],) if self.compare else ()

    def narrow(self, table: ir.Table) -> ir.Table:
        """The people that the filters leave."""
        if self.first is not None:
            table = table.filter(table["year_of_registration"] >= self.first)
        if self.last is not None:
            table = table.filter(table["year_of_registration"] <= self.last)
        for name, value in self.where.items():
            table = table.filter(table[name] == value)
        return table

    @property
    def words(self) -> dict[str, str | int]:
        """What was chosen, by the names that an address has for it."""
        every = {
            "from": self.first,
            "to": self.last,
            "gender": self.gender,
            "age": self.age,
            "country": self.country,
            "compare": self.compare,
        }
        return {name: value for name, value in every.items() if value is not None}

    @property
    def slug(self) -> str:
        """What was chosen, as a part of a file's name; empty for everybody.

        >>> Filters(first=2015, gender="woman").slug
        '-from-2015-gender-woman'
        """
        return "".join(f"-{name}-{value}" for name, value in self.words.items())

    def query(self, **changes: str | None) -> str:
        """The canonical address part (``?from=2015&gender=woman``), with changes; empty for everybody."""
        pairs: dict[str, str | int | None] = {**dict.fromkeys(_NAMES), **self.words, **changes}
        kept = [(name, value) for name, value in pairs.items() if value not in (None, "")]
        return "?" + urlencode(kept) if kept else ""

    def describe(self, standard: Standard, t: Texts) -> str:
        """The people that the filters leave, in words; empty for everybody."""
        parts = []
        if self.gender:
            parts.append(t.of(standard.codes_of("gender").by_code[self.gender].label))
        if self.age:
            field = "majority_status" if self.age in ("child", "adult") else "age_band"
            parts.append(t.apart(t.of(standard.codes_of(field).by_code[self.age].label)))
        if self.country:
            parts.append(t.of(standard.codes_of("country_of_exploitation").by_code[self.country].label))
        match self.first, self.last:
            case None, None:
                pass
            case first, None:
                parts.append(t("filter.since", year=str(first)))
            case None, last:
                parts.append(t("filter.until", year=str(last)))
            case first, last:
                parts.append(str(first) if first == last else t.span(str(first), str(last)))
        return " · ".join(parts)


_NAMES = ("from", "to", "gender", "age", "country", "compare")

_CODES = {
    "gender": ("gender",),
    "age": ("majority_status", "age_band"),
    "country": ("country_of_exploitation",),
}


def _year(text: str | None, years: tuple[int, int], t: Texts) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) == 4 and years[0] <= int(text) <= years[1]):
        raise _unknown(t("filter.year"), text, t)
    return int(text)


def _unknown(name: str, value: str, t: Texts) -> TiphubError:
    return TiphubError(t("error.value", name=name, value=short(value)), do=t("error.value.do"))


def short(value: str) -> str:
    """What somebody else wrote, cut where it is longer than anything of ours."""
    return value if len(value) <= LONGEST else value[:LONGEST] + "…"
