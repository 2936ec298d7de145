"""The entries of a mapping: one field, one group."""

import re
from collections import abc
from typing import cast, get_args

from tiphub.mapping.dates import PART
from tiphub.mapping.document import Document, Path, did_you_mean
from tiphub.mapping.schema import at, choice_at, known_keys, mapping_at, text_at, texts_at
from tiphub.mapping.spec import FieldMapping, GroupMapping, Read, Unset
from tiphub.standard import Field, Standard

_FIELD = (
    "column",
    "constant",
    "read",
    "values",
    "unknown",
    "formats",
    "years_from",
    "yes",
    "no",
    "write",
    "write_unknown",
)
_GROUP = ("column", "split", "join", "values", "unset", "unknown", "flags", "together", "yes", "no")
_SHAPES = {"YYYY": "year", "MMM": "name"}
_NO_DAY = "If only the year is wanted, write year_of_registration: {column: ..., read: date, formats: [...]}."
_READS: abc.Mapping[str, tuple[Read, ...]] = {
    "code": ("words", "country", "range"),
    "flag": ("words",),
    "integer": ("number",),
    "date": ("date",),
    "text": ("text",),
}


def read_field(found: Document, name: str, standard: Standard) -> FieldMapping:
    """Read ``fields.<name>``.

    Raises:
        TiphubError: it says what cannot be.
    """
    path: Path = ("fields", name)
    field = standard.fields[name]
    if isinstance(at(found, path), str):
        raise found.error(path, "A field's mapping has keys.", f"Write {{column: {at(found, path)}}}.")
    known_keys(found, path, _FIELD)
    columns = texts_at(found, (*path, "column")) or ()
    constant = text_at(found, (*path, "constant"))
    if bool(columns) == (constant is not None):
        raise found.error(path, "A field needs either a column or a constant.")
    default = "country" if field.codes == "country" else _READS[field.kind][0]
    reads = (*_READS[field.kind], "date") if _is_year(field) else _READS[field.kind]
    read = choice_at(found, (*path, "read"), reads, default)
    if read == "range" and not any(code.minimum is not None for code in standard.codes_of(name).codes):
        raise found.error((*path, "read"), f"The codes of {name} stand for no numbers.")
    formats = _formats(found, path, field, needed=read == "date" and constant is None)
    return FieldMapping(
        field=name,
        columns=columns,
        constant=_constant(found, path, constant, field, standard),
        read=cast("Read", read),
        values=_values(found, path, field, standard),
        unknown=texts_at(found, (*path, "unknown")) or (),
        formats=formats,
        years_from=_years_from(found, path, formats),
        write=text_at(found, (*path, "write")),
        write_unknown=text_at(found, (*path, "write_unknown")) or "",
    )


def _codes(field: Field, standard: Standard) -> tuple[str, ...]:
    return ("yes", "no") if field.kind == "flag" else tuple(standard.codes_of(field.name).by_code)


def _constant(
    found: Document, path: Path, constant: str | None, field: Field, standard: Standard
) -> str | None:
    if constant is not None and field.kind in {"code", "flag"} and constant not in _codes(field, standard):
        do = did_you_mean(constant, _codes(field, standard))
        raise found.error((*path, "constant"), f"{constant} is no code of {field.name}.", do)
    if constant is not None and field.kind == "integer" and not re.fullmatch(r"-?\d{1,9}", constant):
        raise found.error((*path, "constant"), f"{constant} is not a whole number.")
    if constant is not None and field.kind == "date" and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", constant):
        raise found.error((*path, "constant"), f"{constant} is not a date.", "Write YYYY-MM-DD.")
    return constant


def _values(found: Document, path: Path, field: Field, standard: Standard) -> dict[str, str | None]:
    given = mapping_at(found, (*path, "values"))
    if given and field.kind not in {"code", "flag"}:
        raise found.error((*path, "values"), f"{field.name} has no codes, so it has no values to map.")
    values: dict[str, str | None] = {}
    for text in given:
        code = text_at(found, (*path, "values", text))
        if code is not None and code not in _codes(field, standard):
            do = (
                did_you_mean(code, _codes(field, standard))
                or f"The codes are {', '.join(_codes(field, standard)[:30])}."
            )
            raise found.error((*path, "values", text), f"{code} is no code of {field.name}.", do)
        values[text] = code
    for answer in ("yes", "no"):
        texts = texts_at(found, (*path, answer))
        if texts is not None and field.kind != "flag":
            raise found.error((*path, answer), f"{field.name} is not a yes-or-no question.")
        default = {"yes": ("1",), "no": ("0",)}[answer] if field.kind == "flag" else ()
        values.update(dict.fromkeys(texts if texts is not None else default, answer))
    return values


def _is_year(field: Field) -> bool:
    """Whether a field is the year of a date, so that the date's day need not be known."""
    return field.derive is not None and field.derive.by == "year"


def _formats(found: Document, path: Path, field: Field, *, needed: bool) -> tuple[str, ...]:
    formats = texts_at(found, (*path, "formats")) or ()
    if needed and not formats:
        do = "Write formats: [DD/MM/YYYY], as the file has it; the order of day and month is never guessed."
        raise found.error(path, "A date needs its formats.", do)
    shapes: dict[str, str] = {}
    for text in formats:
        order = PART.findall(text)
        parts = sorted(part.replace("MMM", "MM").replace("YYYY", "YY") for part in order)
        if parts == ["MM", "YY"] and not _is_year(field):
            raise found.error((*path, "formats"), f"{text} has no day, and {field.name} needs one.", _NO_DAY)
        if parts not in (["DD", "MM", "YY"], ["MM", "YY"]) or re.search("[A-Za-z0-9]", PART.sub("", text)):
            do = "Build it from YYYY or YY, MM or MMM (a month's name) and DD; a time is passed over."
            raise found.error((*path, "formats"), f"{text} is not a form of date.", do)
        shape = PART.sub(lambda part: _SHAPES.get(part[0], "number"), text)
        if shapes.setdefault(shape, text) != text:
            what = f"{text} and {shapes[shape]} cannot be told apart: 03/04 would be a guess."
            raise found.error((*path, "formats"), what, "Keep the one that the file follows.")
    return formats


def _years_from(found: Document, path: Path, formats: tuple[str, ...]) -> int | None:
    text = text_at(found, (*path, "years_from"))
    short = [form for form in formats if "YY" in PART.findall(form)]
    if text is None and short:
        do = "Write years_from: 1990 if 90 means 1990 and 89 means 2089; the century is never guessed."
        raise found.error((*path, "formats"), f"{short[0]} does not say which century is meant.", do)
    if text is None:
        return None
    if not short:
        raise found.error((*path, "years_from"), "No format has a year of two digits.", "Leave it out.")
    if not re.fullmatch(r"(18|19|20)\d\d", text):
        raise found.error((*path, "years_from"), f"{text} is not a year.", "Write it with four digits.")
    return int(text)


def read_group(found: Document, name: str, standard: Standard) -> GroupMapping:
    """Read ``groups.<name>``.

    Raises:
        TiphubError: it says what cannot be.
    """
    path: Path = ("groups", name)
    options = tuple(standard.codes_of(name).by_code)
    known_keys(found, path, _GROUP)
    known_keys(found, (*path, "flags"), options, f"option of {name}")
    columns = texts_at(found, (*path, "column")) or ()
    flags = {
        option: texts_at(found, (*path, "flags", option)) or ()
        for option in mapping_at(found, (*path, "flags"))
    }
    if not columns and not flags:
        raise found.error(path, "A group needs a column, or flags with one column an option.")
    if empty := [option for option, names in flags.items() if not names]:
        raise found.error((*path, "flags", empty[0]), "The option has no column.")
    given = mapping_at(found, (*path, "values"))
    if given and not columns:
        raise found.error(
            (*path, "values"), "Values belong to a cell with several answers; there is no column."
        )
    together = mapping_at(found, (*path, "together"))
    return GroupMapping(
        group=name,
        columns=columns,
        split=texts_at(found, (*path, "split")) or (";",),
        join=text_at(found, (*path, "join")) or "",
        values={text: _options(found, (*path, "values", text), options, name) for text in given},
        unset=cast("Unset", choice_at(found, (*path, "unset"), get_args(Unset), "unknown")),
        unknown=texts_at(found, (*path, "unknown")) or (),
        flags=flags,
        together={column: _options(found, (*path, "together", column), options, name) for column in together},
        yes=_answers(found, (*path, "yes"), ("1",)),
        no=_answers(found, (*path, "no"), ("0",)),
    )


def _answers(found: Document, path: Path, default: tuple[str, ...]) -> tuple[str, ...]:
    texts = texts_at(found, path)
    return default if texts is None else texts


def _options(found: Document, path: Path, options: tuple[str, ...], group: str) -> tuple[str, ...]:
    named = texts_at(found, path) or ()
    for option in named:
        if option not in options:
            do = did_you_mean(option, options) or f"The options are {', '.join(options)}."
            raise found.error(path, f"{option} is no option of {group}.", do)
    return named
