"""What a mapping says: the value types that the YAML is read into."""

from collections import abc
from dataclasses import dataclass
from dataclasses import field as _field
from typing import Literal

from tiphub.standard import Record

Read = Literal["words", "country", "number", "range", "date", "text"]
Unset = Literal["unknown", "no"]


@dataclass(frozen=True, slots=True)
class FileOptions:
    """How the agency's file is to be opened; what is ``None`` is detected."""

    format: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    skip_rows: tuple[int, ...] = ()
    decimal: str = "."


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """Where a field's value stands and how its cells are read.

    ``columns`` are names for one and the same column: the first that the file has is read. ``values`` maps a
    cell's text to a code (``yes`` or ``no`` for a flag; ``None`` where the text means unknown). The first
    text of a code is the one that a layout writes. ``years_from`` is the first of the hundred years that the
    ``YY`` of ``formats`` can mean.
    """

    field: str
    columns: tuple[str, ...] = ()
    constant: str | None = None
    read: Read = "words"
    values: abc.Mapping[str, str | None] = _field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    years_from: int | None = None
    write: str | None = None
    write_unknown: str = ""


@dataclass(frozen=True, slots=True)
class GroupMapping:
    """Where a group's answers stand: one cell with several answers, one column an option, or both.

    ``values`` maps an item of the cell to the options it stands for; ``join`` is what a layout writes between
    items (the first of ``split`` and a blank, if nothing else is said). ``unset`` says what an option that an
    answered cell does not name means. ``flags`` maps an option to its column (alternative names, as in a
    field); ``together`` a column to options that all apply where it says yes.
    """

    group: str
    columns: tuple[str, ...] = ()
    split: tuple[str, ...] = (";",)
    join: str = ""
    values: abc.Mapping[str, tuple[str, ...]] = _field(default_factory=dict)
    unset: Unset = "unknown"
    unknown: tuple[str, ...] = ()
    flags: abc.Mapping[str, tuple[str, ...]] = _field(default_factory=dict)
    together: abc.Mapping[str, tuple[str, ...]] = _field(default_factory=dict)
    yes: tuple[str, ...] = ("1",)
    no: tuple[str, ...] = ("0",)


@dataclass(frozen=True, slots=True)
class Mapping:
    """How an agency's text cells become a table in the standard.

    ``source`` names the file that said so. ``required`` are source columns that must not be empty,
    ``unknown`` cell texts that mean unknown in every field, ``absent`` whether the file may lack columns that
    the mapping names.
    """

    source: str
    fields: abc.Mapping[str, FieldMapping]
    groups: abc.Mapping[str, GroupMapping]
    file: FileOptions = FileOptions()
    record_id: str | None = None
    required: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ("",)
    absent: Literal["refuse", "allow"] = "refuse"


@dataclass(frozen=True, slots=True)
class Layout:
    """A published file format: a mapping that can also be written.

    ``columns`` are the file's columns in order; one that no field and no group names is written empty.
    ``record`` is what one row is.
    """

    name: str
    title: str
    mapping: Mapping
    columns: tuple[str, ...]
    quasi_identifiers: tuple[str, ...] = ()
    record: Record = "victim"
