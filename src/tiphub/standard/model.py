"""What a record means: the value types of the standard.

A record is one victim's case as one agency knows it. Its columns are *fields* (one answer each) and the
*flags* of *groups* (questions with several answers, such as the means of control). Some published files have
a row for each pair of a victim and a perpetrator instead; their questions stand apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from tiphub.errors import TiphubError
from tiphub.standard.names import normalise

Kind = Literal["code", "flag", "integer", "date", "text"]
Disclosure = Literal["identifying", "quasi_identifying", "sensitive", "none"]
Rule = Literal["range", "broader", "year", "age"]
Unit = Literal["event", "victim", "perpetrator", "reporting_entity"]
"""What a question is about: the four units of the UN's IC-TIP."""
Record = Literal["victim", "pair"]
"""What one row of a table is: a victim, or a victim together with a perpetrator."""
ONE_RECORD: Mapping[Record, str] = {"victim": "a person", "pair": "a victim-perpetrator pair"}
UNITS: Mapping[Record, frozenset[Unit]] = {
    "victim": frozenset({"victim"}),
    "pair": frozenset({"victim", "perpetrator"}),
}
"""Whom the columns of a table may be about."""
Text = Mapping[str, str]
"""One text in several languages, by ISO 639-1 code; ``en`` is always there."""


@dataclass(frozen=True, slots=True)
class Code:
    """One value of a code list.

    ``broader`` is the code one step up a hierarchy (a country's subregion); ``merged_from`` names the finer
    codes that this one stands for (the 2024 standard merges 18 means of control into 8); ``minimum`` and
    ``maximum`` bound the number a code stands for (the years of an age band), both inclusive. ``names`` are
    other ways in which people write it; ``source`` is what other standards call it, by standard.
    """

    code: str
    label: Text
    definition: Text
    broader: str | None = None
    merged_from: tuple[str, ...] = ()
    since: str = "1.0"
    published: bool = True
    marker: bool = False
    minimum: int | None = None
    maximum: int | None = None
    names: tuple[str, ...] = ()
    extra: Mapping[str, str] | None = None
    source: Mapping[str, str] | None = None


@dataclass(frozen=True)
class CodeList:
    """The public domain of a field or group: its codes in the order in which they are shown."""

    name: str
    codes: tuple[Code, ...]

    @cached_property
    def by_code(self) -> Mapping[str, Code]:
        """Look a code up by its identifier."""
        return {code.code: code for code in self.codes}

    @cached_property
    def leaves(self) -> tuple[Code, ...]:
        """The codes that no other code is narrower than: what a record as collected may hold."""
        parents = {code.broader for code in self.codes}
        return tuple(code for code in self.codes if code.code not in parents)

    @cached_property
    def by_name(self) -> Mapping[str, Code]:
        """The leaves by the ``normalise``d form of their code, their labels and their other names.

        Raises:
            TiphubError: two codes have the same name.
        """
        found: dict[str, Code] = {}
        for code in self.leaves:
            for name in (code.code, *code.label.values(), *code.names):
                if (other := found.setdefault(normalise(name), code)) is not code:
                    raise TiphubError(
                        f"{other.code} and {code.code} are both called {name}.", where=self.name
                    )
        return found


@dataclass(frozen=True, slots=True)
class Derivation:
    """How a field follows from another where the record does not give it.

    ``by`` is ``range`` (a number falls into a code's bounds), ``broader`` (the code one step up),
    ``year`` (the year of a date) or ``age`` (full years between two dates).
    """

    source: tuple[str, ...]
    by: Rule


@dataclass(frozen=True, slots=True)
class Field:
    """A question with one answer."""

    name: str
    kind: Kind
    label: Text
    definition: Text
    disclosure: Disclosure
    published: bool
    codes: str | None = None
    minimum: int | None = None
    maximum: int | Literal["this_year"] | None = None
    derive: Derivation | None = None
    source: Mapping[str, str] | None = None
    since: str = "1.0"
    unit: Unit = "victim"


@dataclass(frozen=True, slots=True)
class Group:
    """A question with several answers, each a flag of its own: yes, no or unknown.

    CTDC's denominator rule (codebook 2024, section 6): the share of an option is taken among the records
    that have at least one option of the group; within these, an unset option counts as no.
    ``requires`` names the option of another group without which this question makes no sense
    (``exploitation_type_forced_labour`` for the sector of labour).
    """

    name: str
    label: Text
    definition: Text
    codes: str
    disclosure: Disclosure
    requires: str | None = None
    source: Mapping[str, str] | None = None
    since: str = "1.0"
    unit: Unit = "victim"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table in the standard: a field, or one option of a group."""

    name: str
    kind: Kind
    label: Text
    definition: Text
    disclosure: Disclosure
    published: bool
    codes: str | None = None
    group: str | None = None
    option: Code | None = None


def flag_name(group: str, option: str) -> str:
    """The column of a group's option.

    >>> flag_name("recruiter_relation", "family")
    'recruiter_relation_family'
    """
    return f"{group}_{option}"


@dataclass(frozen=True)
class Standard:
    """All that is agreed on for one kind of record: fields, groups and code lists of one version."""

    version: str
    fields: Mapping[str, Field]
    groups: Mapping[str, Group]
    code_lists: Mapping[str, CodeList]
    record: Record = "victim"

    def codes_of(self, name: str) -> CodeList:
        """The code list of a field or group.

        Raises:
            KeyError: there is no such field or group, or it has no code list.
        """
        codes = self.groups[name].codes if name in self.groups else self.fields[name].codes
        if codes is None:
            raise KeyError(name)
        return self.code_lists[codes]

    def options(self, group: str) -> tuple[Code, ...]:
        """The options of a group, markers such as "not specified" left out."""
        return tuple(code for code in self.codes_of(group).codes if not code.marker)

    @cached_property
    def columns(self) -> Mapping[str, Column]:
        """Every column of a table of such records, in order: the fields, then each group's flags."""
        found = {
            field.name: Column(
                field.name,
                field.kind,
                field.label,
                field.definition,
                field.disclosure,
                field.published,
                field.codes,
            )
            for field in self.fields.values()
            if field.unit in UNITS[self.record]
        }
        for group in self.groups.values():
            if group.unit not in UNITS[self.record]:
                continue
            for code in self.code_lists[group.codes].codes:
                name = flag_name(group.name, code.code)
                published = code.published and not code.marker
                found[name] = Column(
                    name,
                    "flag",
                    code.label,
                    code.definition,
                    group.disclosure,
                    published,
                    None,
                    group.name,
                    code,
                )
        return found

    @cached_property
    def published(self) -> tuple[str, ...]:
        """The columns that a release carries unless a hub chooses otherwise."""
        return tuple(column.name for column in self.columns.values() if column.published)

    @cached_property
    def quasi_identifiers(self) -> tuple[str, ...]:
        """The published columns by which a person who knows the victim could look for them."""
        return tuple(name for name in self.published if self.columns[name].disclosure == "quasi_identifying")
