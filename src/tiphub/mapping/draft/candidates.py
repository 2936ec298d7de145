"""Which column could be what: every likely pair, with a confidence and a reason."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tiphub.mapping.draft.dates import find_dates, find_months
from tiphub.mapping.draft.lexicon import NUMBER, Lexicon, Matcher
from tiphub.mapping.draft.model import FieldEntry, GroupEntry, Line
from tiphub.mapping.draft.profile import Profile
from tiphub.mapping.draft.text import words
from tiphub.mapping.draft.values import best_split, weigh
from tiphub.standard import Field

_NAMED = 0.6
"""From this score on a column's name counts as a sign."""
_ACCEPT = 0.45
_DOUBTED = 0.7
_FEW = 60
_NUMBER = re.compile(r"-?\d{1,3}(?:[.,]\d+)?")
_YEAR = re.compile(r"(?:19|20)\d\d(?:[.,]0)?")
_BY_VALUES = frozenset(("gender", "age_band", "trafficking_duration", "education", "source_kind"))


@dataclass(frozen=True)
class Candidate:
    """One reading of one column."""

    column: str
    key: tuple[str, ...]
    """Such as ``("fields", "gender")`` or ``("groups", "labour_sector", "flags", "mining")``."""
    confidence: float
    entry: FieldEntry | GroupEntry | Line


@dataclass(frozen=True)
class Finder:
    """Looks for readings, with every matcher made once."""

    lexicon: Lexicon
    fields: Mapping[str, Matcher]
    groups: Mapping[str, Matcher]
    flags: Matcher

    def candidates(self, column: Profile) -> Iterator[Candidate]:
        """Every likely reading of a column."""
        if not column.values:
            return
        yield from self._record_id(column)
        yield from self._flags(column)
        for field in self.lexicon.standard.fields.values():
            found = self._months(column, field) or self.field(column, field)
            if found and found.line.confidence >= _ACCEPT:
                yield Candidate(column.name, ("fields", field.name), found.line.confidence, found)
        for group in self.lexicon.standard.groups:
            if (cell := self.group(column, group)) and cell.line and cell.line.confidence >= _ACCEPT:
                yield Candidate(column.name, ("groups", group), cell.line.confidence, cell)

    def _record_id(self, column: Profile) -> Iterator[Candidate]:
        name, phrase = self.lexicon.column_score(column.name, "record_id")
        unique = len(column.values) / column.filled
        dated = find_dates(column.values).share > 0.9
        if name >= _NAMED and unique >= 0.9 and column.filled >= 0.9 * column.rows and not dated:
            confidence = 0.5 * name + 0.5 * unique
            reason = f"called like {phrase!r}; {unique:.0%} of its values stand once"
            if words(column.name) in NUMBER and column.counts_up:
                confidence = min(confidence, _DOUBTED)
                reason += "; they count up as row numbers do: right only if each stays with its person"
            yield Candidate(
                column.name, ("record_id",), confidence, Line("record_id", column.name, confidence, reason)
            )

    def _flags(self, column: Profile) -> Iterator[Candidate]:
        if len(column.values) > 10 or self._yes_no(column) < 0.9:
            return
        for group, option in self.lexicon.options:
            name = self.lexicon.option_score(column.name, group, option)
            if name >= 0.75:
                confidence = 0.25 + 0.75 * name - 0.02
                target = f"groups.{group}.flags.{option}"
                line = Line(
                    target, column.name, confidence, "its name is the option's; its cells say yes or no"
                )
                yield Candidate(column.name, ("groups", group, "flags", option), confidence, line)

    def _yes_no(self, column: Profile) -> float:
        """The share of cells that say yes, no or unknown; 0 where none says yes or no."""
        found = {text: self.flags.find(text, near=False) for text in column.values}
        if not any(match and match.codes for match in found.values()):
            return 0.0
        return sum(count for text, count in column.values.items() if found[text]) / column.filled

    def field(self, column: Profile, field: Field) -> FieldEntry | None:
        """A column read as a field; ``None`` where neither name nor values speak for it."""
        name, phrase = self.lexicon.column_score(column.name, field.name)
        if field.kind == "code":
            return self._code(column, field, name, phrase)
        if name < _NAMED:
            return None
        called = f"called like {phrase!r}"
        if field.kind == "date":
            return self._date(column, field, name, called)
        if field.kind == "integer":
            form = _YEAR if field.name == "year_of_registration" else _NUMBER
            share = self._share(column, form)
            line = Line(
                f"fields.{field.name}",
                column.name,
                name * share,
                f"{called}; {share:.0%} are numbers in range",
            )
            return FieldEntry(line, "number")
        if field.kind == "flag":
            share = self._yes_no(column)
            reason = f"{called}; its cells say yes or no"
            return FieldEntry(Line(f"fields.{field.name}", column.name, name * share, reason))
        confidence = name if name >= 0.9 else 0.0
        return FieldEntry(Line(f"fields.{field.name}", column.name, confidence, called), "text")

    def _code(self, column: Profile, field: Field, name: float, phrase: str) -> FieldEntry | None:
        by_values = field.name in _BY_VALUES and len(column.values) <= _FEW
        if name < _NAMED and not by_values:
            return None
        near = name >= _NAMED
        valued = weigh(column.values, self.fields[field.name], near=near)
        share = valued.share
        if near:
            confidence = 0.5 * name if share is None else 0.4 * name + 0.6 * share
            reason = f"called like {phrase!r}"
        elif share is not None and share >= 0.9 and valued.codes > 1:
            confidence, reason = 0.3 + 0.35 * share, "its name says nothing"
        else:
            return None
        known = "no answer in it" if share is None else f"{share:.0%} of its answers are known words"
        line = Line(f"fields.{field.name}", column.name, confidence, f"{reason}; {known}")
        return FieldEntry(line, "country" if field.codes == "country" else None, valued=valued)

    def _months(self, column: Profile, field: Field) -> FieldEntry | None:
        """A column of months as the year that is kept of a date; a day is not made up."""
        if field.derive is None or field.derive.by != "year":
            return None
        called = (field.derive.source[0], field.name)
        name, phrase = max(self.lexicon.column_score(column.name, one) for one in called)
        values = {text: count for text, count in column.values.items() if not self.lexicon.is_unknown(text)}
        months = find_months(values)
        if name < _NAMED or months.share < 0.5:
            return None
        forms = ", ".join(months.forms)
        reason = f"called like {phrase!r}; {months.share:.0%} are months like {forms}: the year is kept"
        line = Line(f"fields.{field.name}", column.name, name * months.share, reason)
        return FieldEntry(line, "date", months.forms)

    def _date(self, column: Profile, field: Field, name: float, called: str) -> FieldEntry:
        values = {text: count for text, count in column.values.items() if not self.lexicon.is_unknown(text)}
        dates = find_dates(values)
        target = f"fields.{field.name}"
        if dates.undecided:
            forms = " or ".join(dates.undecided)
            reason = f"{called}; {forms}: no value decides, so a person must"
            return FieldEntry(
                Line(target, column.name, 0.5 * name, reason, settled=False),
                "date",
                (*dates.undecided, *dates.forms),
            )
        confidence = name * dates.share
        reason = f"{called}; {dates.share:.0%} are dates like {', '.join(dates.forms) or 'none'}"
        if any("YYYY" not in form for form in dates.forms):
            reason += "; add years_from: which century two digits mean, a person must say"
            return FieldEntry(
                Line(target, column.name, 0.5 * name, reason, settled=False), "date", dates.forms
            )
        return FieldEntry(
            Line(target, column.name, confidence if dates.forms else 0.0, reason), "date", dates.forms
        )

    def group(self, column: Profile, group: str) -> GroupEntry | None:
        """A column read as cells with several answers; ``None`` where nothing speaks for it."""
        name, phrase = self.lexicon.column_score(column.name, group)
        if name < _NAMED and (len(column.values) > 2000 or len(column.values) < 3):
            return None
        split, valued = best_split(column.values, self.groups[group])
        share = valued.share or 0.0
        if name >= _NAMED:
            confidence, reason = 0.4 * name + 0.6 * share, f"called like {phrase!r}"
        elif share >= 0.85 and valued.codes >= 3:
            confidence, reason = 0.25 + 0.35 * share, "its name says nothing"
        else:
            return None
        line = Line(
            f"groups.{group}",
            column.name,
            confidence,
            f"{reason}; {share:.0%} of its answers are known words",
        )
        return GroupEntry(line, split, valued)

    def _share(self, column: Profile, form: re.Pattern[str]) -> float:
        values = {text: count for text, count in column.values.items() if not self.lexicon.is_unknown(text)}
        total = sum(values.values())
        return sum(count for text, count in values.items() if form.fullmatch(text)) / total if total else 0.0


def make_finder(lexicon: Lexicon) -> Finder:
    """A finder for a lexicon's standard."""
    standard = lexicon.standard
    coded = [field.name for field in standard.fields.values() if field.kind in {"code", "flag"}]
    return Finder(
        lexicon,
        {name: lexicon.field_matcher(name) for name in coded},
        {name: lexicon.group_matcher(name) for name in standard.groups},
        lexicon.flag_matcher(),
    )


def choose(candidates: list[Candidate]) -> dict[tuple[str, ...], Candidate]:
    """Of all readings the surest: no column twice, no place filled twice."""
    chosen: dict[tuple[str, ...], Candidate] = {}
    taken: set[str] = set()
    for candidate in sorted(candidates, key=lambda found: -found.confidence):
        if candidate.key not in chosen and candidate.column not in taken:
            chosen[candidate.key] = candidate
            taken.add(candidate.column)
    return chosen
