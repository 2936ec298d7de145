"""Read a mapping or a layout, or refuse it in words that its author can act on."""

from collections import abc
from dataclasses import replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, TypeVar, cast, get_args

from tiphub.errors import TiphubError
from tiphub.mapping.document import Document, did_you_mean, parse
from tiphub.mapping.entries import read_field, read_group
from tiphub.mapping.schema import choice_at, known_keys, mapping_at, text_at, texts_at
from tiphub.mapping.spec import FieldMapping, FileOptions, GroupMapping, Layout, Mapping
from tiphub.standard import ONE_RECORD, Record, Standard, load_standard

_TOP = ("extends", "file", "record_id", "required", "unknown", "absent", "fields", "groups", "layout")
_FILE = ("format", "encoding", "delimiter", "sheet", "header_row", "skip_rows", "decimal")
_FORMATS = ("csv", "xlsx", "ods", "jsonl", "parquet")
_LAYOUT = ("name", "title", "source", "columns", "quasi_identifiers", "record")

Entry = TypeVar("Entry", FieldMapping, GroupMapping)


def load_mapping(path: Path, standard: Standard) -> Mapping:
    """Read an agency's mapping.

    Raises:
        TiphubError: the file is not there, is not YAML, or says what cannot be; with file, line and key.
    """
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise TiphubError("There is no such mapping.", where=str(path)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise TiphubError(
            f"The mapping cannot be read: {error}.", where=str(path), do="Save it as UTF-8."
        ) from None
    return parse_mapping(text, str(path), standard)


def parse_mapping(text: str, source: str, standard: Standard) -> Mapping:
    """Read a mapping from text; ``source`` names it in errors.

    Raises:
        TiphubError: as `load_mapping`.
    """
    found = parse(text, source)
    known_keys(found, (), _TOP)
    if "layout" in found.value:
        raise found.error(("layout",), "Layouts belong to the standard; a mapping cannot declare one.")
    return _mapping(found, standard)


def layout_names() -> tuple[str, ...]:
    """The layouts that the standard ships."""
    folder = files("tiphub.standard") / "layouts"
    return tuple(
        sorted(item.name.removesuffix(".yml") for item in folder.iterdir() if item.name.endswith(".yml"))
    )


def layout_record(name: str) -> Record:
    """What one row of a file in a layout is.

    >>> layout_record("ctdc-2018"), layout_record("ctdc-victim-perpetrator-2022")
    ('victim', 'pair')

    Raises:
        TiphubError: there is no such layout.
    """
    found = choice_at(_layout_file(name), ("layout", "record"), get_args(Record), "victim")
    return cast("Record", found)


def standard_of(layout: str | None) -> Standard:
    """The standard in which a file of a layout is read: that of its kind of record; without one, of victims.

    Raises:
        TiphubError: there is no such layout.
    """
    return load_standard(layout_record(layout)) if layout is not None else load_standard()


def load_layout(name: str, standard: Standard) -> Layout:
    """Read one of the standard's layouts: a published file format.

    Raises:
        TiphubError: there is no such layout, or its rows are not the records that the standard is of.
    """
    record = layout_record(name)
    if record != standard.record:
        what = f"One row of {name} is {ONE_RECORD[record]}, not {ONE_RECORD[standard.record]}."
        do = "Files of pairs can be tabulated, audited and synthesised as they are; all else is about people."
        raise TiphubError(what, do=do)
    found = _layout_file(name)
    keys = known_keys(found, ("layout",), _LAYOUT)
    named = texts_at(found, ("layout", "quasi_identifiers")) or ()
    for column in named:
        if column not in standard.columns:
            raise found.error(("layout", "quasi_identifiers"), f"{column} is no column of the standard.")
    return Layout(
        name=name,
        title=keys["title"],
        mapping=_mapping(found, standard),
        columns=texts_at(found, ("layout", "columns")) or (),
        quasi_identifiers=named,
        record=record,
    )


@cache
def _layout_file(name: str) -> Document:
    if name not in layout_names():
        do = did_you_mean(name, layout_names()) or f"The layouts are {', '.join(layout_names())}."
        raise TiphubError(f"There is no layout {name}.", do=do)
    path = files("tiphub.standard") / "layouts" / f"{name}.yml"
    found = parse(path.read_text("utf-8"), path.name)
    known_keys(found, (), _TOP)
    return found


def _mapping(found: Document, standard: Standard) -> Mapping:
    parent = text_at(found, ("extends",))
    base = Mapping(found.source, {}, {})
    if parent is not None:
        try:
            base = load_layout(parent, standard).mapping
        except TiphubError as error:
            raise found.error(("extends",), error.what, error.do) from None
    return replace(
        base,
        source=found.source,
        file=_file(found, base.file),
        record_id=_record_id(found) or base.record_id,
        fields=_entries(
            found, "fields", standard.fields, base.fields, lambda name: read_field(found, name, standard)
        ),
        groups=_entries(
            found, "groups", standard.groups, base.groups, lambda name: read_group(found, name, standard)
        ),
        required=_or(texts_at(found, ("required",)), base.required),
        unknown=_or(texts_at(found, ("unknown",)), base.unknown),
        absent=cast(
            "Literal['refuse', 'allow']", choice_at(found, ("absent",), ("refuse", "allow"), base.absent)
        ),
    )


def _or(given: tuple[str, ...] | None, inherited: tuple[str, ...]) -> tuple[str, ...]:
    return inherited if given is None else given


def _record_id(found: Document) -> str | None:
    given = found.value.get("record_id")
    if given is None or isinstance(given, str):
        return given
    known_keys(found, ("record_id",), ("column",))
    column = text_at(found, ("record_id", "column"))
    if column is None:
        raise found.error(("record_id",), "The record id has no column.", "Write {column: case_no}.")
    return column


def _entries(
    found: Document,
    kind: Literal["fields", "groups"],
    known: abc.Mapping[str, Any],
    inherited: abc.Mapping[str, Entry],
    read: abc.Callable[[str], Entry],
) -> dict[str, Entry]:
    entries = dict(inherited)
    for name, value in mapping_at(found, (kind,)).items():
        if name not in known:
            do = did_you_mean(name, known) or f"The {kind} are {', '.join(known)}."
            raise found.error((kind, name), f"The standard has no {kind.removesuffix('s')} {name}.", do)
        if value is not None:
            entries[name] = read(name)
        elif name in entries:
            del entries[name]
        else:
            raise found.error((kind, name), f"{name} says nothing.", "Give it a column, or leave it out.")
    return entries


def _file(found: Document, base: FileOptions) -> FileOptions:
    given = known_keys(found, ("file",), _FILE)
    texts = {key: text_at(found, ("file", key)) for key in given if key not in {"header_row", "skip_rows"}}
    if texts.get("format") not in {None, *_FORMATS}:
        do = did_you_mean(str(texts["format"]), _FORMATS) or f"Write one of {', '.join(_FORMATS)}."
        raise found.error(("file", "format"), f"{texts['format']} is no format that can be read.", do)
    if texts.get("decimal") not in {None, ".", ","}:
        raise found.error(("file", "decimal"), "The decimal sign is a point or a comma.")
    numbers = {key: _numbers(found, key) for key in ("header_row", "skip_rows") if key in given}
    changes: dict[str, Any] = dict(texts)
    if "header_row" in numbers:
        changes["header_row"] = numbers["header_row"][0]
    if "skip_rows" in numbers:
        changes["skip_rows"] = numbers["skip_rows"]
    return replace(base, **changes)


def _numbers(found: Document, key: str) -> tuple[int, ...]:
    texts = texts_at(found, ("file", key)) or ()
    if not texts or not all(text.isdigit() for text in texts):
        raise found.error(("file", key), "Here belong row numbers, counted from 1.")
    return tuple(int(text) for text in texts)
