"""Read the standard's data files and refuse them where they contradict each other."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import yaml

from tiphub.errors import TiphubError
from tiphub.standard.model import Code, CodeList, Derivation, Field, Group, Standard, Text

VERSION = "1.0"
LANGUAGES = ("en", "fr", "es", "ar")
_PLAIN = {"code", "broader", "merged_from", "since", "published", "marker", "minimum", "maximum", "names"}


@cache
def load_standard() -> Standard:
    """The standard that this version of tiphub ships.

    >>> load_standard().fields["gender"].label["en"]
    'Gender'
    """
    return read_standard(files("tiphub.standard"))


def read_standard(folder: Traversable) -> Standard:
    """Read a standard from a folder with ``fields/``, ``groups/`` and ``codes/``.

    Raises:
        TiphubError: a file is missing something, or names what does not exist.
    """
    lists = {path.name.removesuffix(".csv"): _code_list(path) for path in _sorted(folder / "codes", ".csv")}
    order = yaml.safe_load((folder / "order.yml").read_text("utf-8"))
    fields = {name: _field(folder / "fields" / f"{name}.yml", name) for name in order["fields"]}
    groups = {name: _group(folder / "groups" / f"{name}.yml", name) for name in order["groups"]}
    _refuse_unlisted(folder, {"fields": fields, "groups": groups})
    standard = Standard(VERSION, fields, groups, lists)
    _refuse_contradictions(standard)
    return standard


def _sorted(folder: Traversable, suffix: str) -> list[Traversable]:
    return sorted((path for path in folder.iterdir() if path.name.endswith(suffix)), key=lambda path: path.name)


def _refuse_unlisted(folder: Traversable, listed: Mapping[str, Mapping[str, object]]) -> None:
    for kind, known in listed.items():
        for path in _sorted(folder / kind, ".yml"):
            if path.name.removesuffix(".yml") not in known:
                raise TiphubError("A file of the standard has no place in order.yml.", where=f"{kind}/{path.name}")


def _texts(row: Mapping[str, str], prefix: str) -> Text:
    return {language: row[key] for language in LANGUAGES if row.get(key := f"{prefix}_{language}")}


def _number(text: str | None) -> int | None:
    return int(text) if text else None


def _code_list(path: Traversable) -> CodeList:
    codes = []
    for row in csv.DictReader(path.read_text("utf-8").splitlines()):
        extra = {k: v for k, v in row.items() if k not in _PLAIN and not k.startswith(("label_", "definition_")) and v}
        codes.append(
            Code(
                code=row["code"],
                label=_texts(row, "label"),
                definition=_texts(row, "definition"),
                broader=row.get("broader") or None,
                merged_from=tuple((row.get("merged_from") or "").split()),
                since=row.get("since") or VERSION,
                published=(row.get("published") or "yes") == "yes",
                marker=row.get("marker") == "yes",
                minimum=_number(row.get("minimum")),
                maximum=_number(row.get("maximum")),
                names=tuple(name for name in (row.get("names") or "").split("|") if name),
                extra=extra,
            )
        )
    found = CodeList(path.name.removesuffix(".csv"), tuple(codes))
    for code in codes:
        for other in (*code.merged_from, *([code.broader] if code.broader else [])):
            if other not in found.by_code:
                raise TiphubError(f"Code {code.code} names {other}, which the list does not have.", where=path.name)
        if "en" not in code.label:
            raise TiphubError(f"Code {code.code} has no English label.", where=path.name)
    if len(found.by_code) != len(codes):
        raise TiphubError("A code stands twice in the list.", where=path.name)
    return found


def _load(path: Traversable, name: str) -> dict[str, Any]:
    try:
        document: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    except FileNotFoundError:
        raise TiphubError(f"order.yml names {name}, which has no file.", where=path.name) from None
    return document


def _field(path: Traversable, name: str) -> Field:
    document = _load(path, name)
    derive = document.pop("derive", None)
    try:
        return Field(
            name=name, derive=Derivation(tuple(derive["from"]), derive["by"]) if derive else None, **document
        )
    except (TypeError, KeyError) as error:
        raise TiphubError(f"Not a field's description: {error}.", where=path.name) from None


def _group(path: Traversable, name: str) -> Group:
    try:
        return Group(name=name, **_load(path, name))
    except TypeError as error:
        raise TiphubError(f"Not a group's description: {error}.", where=path.name) from None


def _refuse_contradictions(standard: Standard) -> None:
    for field in standard.fields.values():
        if (field.kind == "code") != (field.codes is not None):
            raise TiphubError("A field has codes exactly when its kind is code.", where=field.name)
        if field.disclosure == "identifying" and field.published:
            raise TiphubError("An identifying field can never be published.", where=field.name)
        for source in field.derive.source if field.derive else ():
            if source not in standard.fields:
                raise TiphubError(f"Derived from {source}, which is no field.", where=field.name)
    for name, codes in [(f.name, f.codes) for f in standard.fields.values()] + [
        (g.name, g.codes) for g in standard.groups.values()
    ]:
        if codes is not None and codes not in standard.code_lists:
            raise TiphubError(f"There is no code list {codes}.", where=name)
    for group in standard.groups.values():
        if group.requires is not None and group.requires not in standard.columns:
            raise TiphubError(f"Requires {group.requires}, which is no column.", where=group.name)
