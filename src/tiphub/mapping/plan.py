"""Which readers a mapping asks for, given the columns that the file has."""

import datetime as dt
from collections import abc
from dataclasses import dataclass

from tiphub.errors import TiphubError
from tiphub.mapping.dates import FIRST
from tiphub.mapping.document import did_you_mean
from tiphub.mapping.quantities import DateReader, NumberReader, TextReader
from tiphub.mapping.readers import ManyReader, Reader, WordsReader
from tiphub.mapping.spec import FieldMapping, GroupMapping, Mapping
from tiphub.mapping.words import Words, field_words, flag_words, item_words, leaves
from tiphub.standard import Standard, flag_name

LISTED = "@list"
TOGETHER = "@together"


@dataclass(frozen=True, slots=True)
class Plan:
    """The readers, and what they need to know of the file.

    ``cells`` maps the file's columns that are read to names in the expressions, ``origins`` a column of the
    standard to that of the file, ``together`` a column to the options that it answers at once.
    """

    cells: abc.Mapping[str, str]
    readers: tuple[Reader, ...]
    constants: abc.Mapping[str, str]
    origins: abc.Mapping[str, str]
    together: abc.Mapping[str, tuple[str, ...]]
    record_id: str | None
    required: tuple[str, ...]


def make_plan(mapping: Mapping, columns: abc.Sequence[str], standard: Standard, today: dt.date) -> Plan:
    """Resolve a mapping against a file's columns.

    Raises:
        TiphubError: the file lacks a column that the mapping names, or all of them.
    """
    planner = _Planner(mapping, tuple(columns), standard, today)
    for entry in mapping.fields.values():
        planner.add_field(entry)
    for group in mapping.groups.values():
        planner.add_group(group)
    record_id = planner.cell((mapping.record_id,)) if mapping.record_id is not None else None
    required = tuple(name for name in mapping.required if planner.cell((name,)) is not None)
    if not planner.cells:
        what = "The mapping names no column."
        if planner.named:
            what = "The file has none of the columns that the mapping names."
        raise TiphubError(what, where=mapping.source, do=f"The file has {', '.join(columns[:20])}.")
    return Plan(
        planner.cells,
        tuple(planner.readers),
        planner.constants,
        planner.origins,
        planner.together,
        record_id and mapping.record_id,
        required,
    )


def check_columns(mapping: Mapping, columns: abc.Sequence[str], standard: Standard) -> None:
    """Find out whether a mapping can read a file with these columns.

    Raises:
        TiphubError: the file lacks a column that the mapping names, or the mapping names none.
    """
    make_plan(mapping, columns, standard, FIRST)


class _Planner:
    def __init__(
        self, mapping: Mapping, columns: tuple[str, ...], standard: Standard, today: dt.date
    ) -> None:
        self.mapping = mapping
        self.columns = columns
        self.standard = standard
        self.today = today
        self.cells: dict[str, str] = {}
        self.readers: list[Reader] = []
        self.constants: dict[str, str] = {}
        self.origins: dict[str, str] = {}
        self.together: dict[str, tuple[str, ...]] = {}

    def cell(self, names: abc.Sequence[str]) -> tuple[str, str] | None:
        """The file's column that is called by one of the names, and its name in the expressions."""
        found = next((name for name in names if name in self.columns), None)
        if found is not None:
            return found, self.cells.setdefault(found, f"cell_{len(self.cells)}")
        if self.mapping.absent == "allow":
            return None
        missing = self._missing()
        if len(missing) > 1:
            what = f"The file has no columns {', '.join(missing)}, which the mapping names."
            do = "Correct the mapping, or ask the agency for the whole file."
        else:
            what = f"The file has no column {' or '.join(names)}, which the mapping names."
            do = did_you_mean(names[0], self.columns) or f"The file has {', '.join(self.columns[:20])}."
        raise TiphubError(what, where=self.mapping.source, do=do)

    @property
    def named(self) -> list[abc.Sequence[str]]:
        """What the mapping calls its columns."""
        groups = self.mapping.groups.values()
        found = [entry.columns for entry in self.mapping.fields.values()]
        found += [names for entry in groups for names in (entry.columns, *entry.flags.values())]
        return [names for names in found if names]

    def _missing(self) -> list[str]:
        return [names[0] for names in self.named if not set(names) & set(self.columns)]

    def _name(self) -> str:
        return str(len(self.readers))

    def add_field(self, entry: FieldMapping) -> None:
        if entry.constant is not None:
            self.constants[entry.field] = entry.constant
            return
        place = self.cell(entry.columns)
        if place is None:
            return
        column, cell = place
        self.origins[entry.field] = column
        field = self.standard.fields[entry.field]
        unknown = (*entry.unknown, *self.mapping.unknown)
        base = (self._name(), cell, column, entry.field)
        bounds = (field.minimum, self.today.year if field.maximum == "this_year" else field.maximum)
        match entry.read:
            case "date":
                self.readers.append(
                    DateReader(
                        *base,
                        unknown,
                        entry.formats,
                        FIRST,
                        self.today,
                        entry.years_from,
                        bounds if field.kind == "integer" else None,
                    )
                )
            case "number":
                decimal = self.mapping.file.decimal
                cut = field.name == "age"
                self.readers.append(NumberReader(*base, unknown, decimal, bounds, cut))
            case "range":
                bands = leaves(entry.field, self.standard)
                self.readers.append(
                    NumberReader(*base, unknown, self.mapping.file.decimal, (None, None), True, bands)
                )
            case "text":
                self.readers.append(TextReader(*base, unknown))
            case _:
                words = field_words(entry, self.mapping, self.standard)
                self.readers.append(WordsReader(*base, words, field.kind == "flag"))

    def add_group(self, entry: GroupMapping) -> None:
        words = flag_words(entry, self.mapping)
        for option, names in entry.flags.items():
            self._add_flag(names, flag_name(entry.group, option), words)
        for column, options in entry.together.items():
            if self._add_flag((column,), f"{column}{TOGETHER}", words):
                self.together[column] = tuple(flag_name(entry.group, option) for option in options)
        place = self.cell(entry.columns) if entry.columns else None
        if place is not None:
            self._add_list(entry, *place)

    def _add_flag(self, names: abc.Sequence[str], target: str, words: Words) -> bool:
        place = self.cell(names)
        if place is None:
            return False
        column, cell = place
        self.readers.append(WordsReader(self._name(), cell, column, target, words, flag=True))
        self.origins[target] = column
        return True

    def _add_list(self, entry: GroupMapping, column: str, cell: str) -> None:
        separators = "".join(entry.split)
        words = item_words(entry, self.mapping, self.standard, separators.replace(" ", ""))
        options = [code.code for code in self.standard.codes_of(entry.group).codes]
        for option in options:
            self.origins.setdefault(flag_name(entry.group, option), column)
        self.readers.append(
            ManyReader(
                name=self._name(),
                cell=cell,
                column=column,
                targets={f"{flag_name(entry.group, option)}{LISTED}": option for option in options},
                words=words,
                spaced={**item_words(entry, self.mapping, self.standard, separators), **words},
                separators=separators,
                unknown=(*entry.unknown, *self.mapping.unknown),
                unset_is_no=entry.unset == "no",
            )
        )
