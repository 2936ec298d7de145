"""Read the standard's data files."""

import csv
import io
from collections.abc import Collection, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final

import yaml

from tiphub.errors import TiphubError
from tiphub.standard.check import refuse_contradictions
from tiphub.standard.model import Code, CodeList, Derivation, Field, Group, Record, Standard, Text

try:
    from yaml import CSafeLoader as Loader
except ImportError:  # PyYAML without libyaml
    from yaml import SafeLoader as Loader  # type: ignore[assignment]

VERSION = "1.0"
LANGUAGES = ("en", "fr", "es", "ar")

_CODE_KEYS: Final = frozenset(
    {
        "code",
        "broader",
        "merged_from",
        "since",
        "published",
        "marker",
        "minimum",
        "maximum",
        "names",
        "source",
    }
    | {f"{text}_{language}" for text in ("label", "definition") for language in LANGUAGES}
)
_FIELD_NEEDS: Final = frozenset({"label", "definition", "disclosure", "kind", "published"})
_FIELD_KEYS: Final = _FIELD_NEEDS | {"codes", "minimum", "maximum", "derive", "source", "since", "unit"}
_GROUP_NEEDS: Final = frozenset({"label", "definition", "disclosure", "codes"})
_GROUP_KEYS: Final = _GROUP_NEEDS | {"requires", "source", "since", "unit"}
_KINDS: Final = ("fields", "groups")
_NOTHING: Final[Mapping[str, list[str]]] = {"fields": [], "groups": []}
_TEXTS: Final = frozenset({"disclosure", "kind", "codes", "requires", "since", "unit"})


@cache
def load_standard(record: Record = "victim") -> Standard:
    """The standard that this version of tiphub ships, for records of victims or of pairs.

    >>> load_standard().fields["gender"].label["en"]
    'Gender'
    >>> set(load_standard("pair").columns) > set(load_standard().columns)
    True
    """
    return read_standard(files("tiphub.standard"), record)


def read_standard(folder: Traversable, record: Record = "victim") -> Standard:
    """Read a standard from a folder with ``order.yml``, ``fields/``, ``groups/`` and ``codes/``.

    What ``order.yml`` lists under ``pairs`` is asked in records of pairs alone, besides what is asked of
    victims.

    Raises:
        TiphubError: a file is missing, misses something, or contradicts another.
    """
    order = _document(folder / "order.yml", needs=_KINDS, keys={*_KINDS, "pairs"})
    pairs = order.get("pairs", _NOTHING)
    if not isinstance(pairs, Mapping) or pairs.keys() != set(_KINDS):
        raise TiphubError("pairs has two keys: fields and groups.", where="order.yml")
    for kind in _KINDS:
        _refuse_unlisted(folder, kind, order[kind], pairs[kind])
    of_pairs = pairs if record == "pair" else _NOTHING
    fields, groups = ((*order[kind], *of_pairs[kind]) for kind in _KINDS)
    standard = Standard(
        version=VERSION,
        fields={name: _field(folder / "fields" / f"{name}.yml", name) for name in fields},
        groups={name: _group(folder / "groups" / f"{name}.yml", name) for name in groups},
        code_lists={name: _code_list(folder / "codes" / f"{name}.csv", name) for name in _lists(folder)},
        record=record,
    )
    refuse_contradictions(standard)
    return standard


def _lists(folder: Traversable) -> list[str]:
    return sorted(path.name[:-4] for path in (folder / "codes").iterdir() if path.name.endswith(".csv"))


def _refuse_unlisted(folder: Traversable, kind: str, *lists: Any) -> None:
    if not all(isinstance(some, list) and all(isinstance(name, str) for name in some) for some in lists):
        raise TiphubError(f"{kind} is to be a list of names.", where="order.yml")
    listed = [name for some in lists for name in some]
    for name in listed:
        if listed.count(name) > 1:
            raise TiphubError(
                f"{name} stands twice under {kind}.", where="order.yml", do="Delete one of them."
            )
    for path in (folder / kind).iterdir():
        if path.name.endswith(".yml") and path.name[:-4] not in listed:
            raise TiphubError(
                "A file of the standard has no place in order.yml.",
                where=f"{kind}/{path.name}",
                do=f"Add {path.name[:-4]} under {kind} where it is to be shown.",
            )


def _text(path: Traversable) -> str:
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        raise TiphubError(
            "There is no such file.", where=path.name, do="order.yml names what there is."
        ) from None
    except UnicodeDecodeError:
        raise TiphubError(
            "The file is not in UTF-8.", where=path.name, do="Save it again as UTF-8."
        ) from None


def _document(path: Traversable, *, needs: Collection[str], keys: Collection[str]) -> dict[str, Any]:
    try:
        document = yaml.load(_text(path), Loader)
    except yaml.YAMLError as error:
        raise TiphubError(f"Not YAML: {' '.join(str(error).split())}.", where=path.name) from None
    if not isinstance(document, dict):
        raise TiphubError("Not a list of keys and values.", where=path.name)
    if missing := sorted(set(needs) - set(document)):
        raise TiphubError(f"Misses {', '.join(missing)}.", where=path.name)
    if unknown := sorted(set(document) - set(keys), key=str):
        known = ", ".join(sorted(keys))
        raise TiphubError(
            f"Does not know {', '.join(map(str, unknown))}.", where=path.name, do=f"Keys: {known}."
        )
    return document


def _refuse_types(path: Traversable, document: Mapping[str, Any]) -> None:
    for key in _TEXTS & document.keys():
        if not isinstance(document[key], str):
            raise TiphubError(
                f"{key} is to be a text.", where=path.name, do="Quote it if it looks like a number."
            )
    if not isinstance(document.get("published", True), bool):
        raise TiphubError("published is to be true or false.", where=path.name)
    for key in {"label", "definition", "source"} & document.keys():
        texts = document[key]
        if not isinstance(texts, dict) or not all(
            isinstance(t, str) and t for pair in texts.items() for t in pair
        ):
            raise TiphubError(f"{key} is to be a list of names and texts.", where=path.name)
    for key in ("label", "definition"):
        if strange := sorted(set(document[key]) - set(LANGUAGES)):
            raise TiphubError(
                f"The {key} has a language that the standard has not: {strange[0]}.", where=path.name
            )


def _field(path: Traversable, name: str) -> Field:
    document = _document(path, needs=_FIELD_NEEDS, keys=_FIELD_KEYS)
    _refuse_types(path, document)
    derive = _derivation(path, document.pop("derive")) if "derive" in document else None
    return Field(name=name, derive=derive, **document)


def _derivation(path: Traversable, derive: Any) -> Derivation:
    match derive:
        case {"from": [*source], "by": str(by)} if len(derive) == 2 and all(
            isinstance(name, str) for name in source
        ):
            return Derivation(tuple(source), by)  # type: ignore[arg-type]  # check.py looks at it
        case _:
            raise TiphubError("A derivation has two keys: from (a list of fields) and by.", where=path.name)


def _group(path: Traversable, name: str) -> Group:
    document = _document(path, needs=_GROUP_NEEDS, keys=_GROUP_KEYS)
    _refuse_types(path, document)
    return Group(name=name, **document)


def _code_list(path: Traversable, name: str) -> CodeList:
    reader = csv.DictReader(io.StringIO(_text(path), newline=""))
    if "code" not in (reader.fieldnames or ()):
        raise TiphubError("A code list is a CSV file with a column named code.", where=path.name)
    codes = []
    for row in reader:
        where = f"{path.name}, line {reader.line_num}"
        if None in row or None in row.values():
            raise TiphubError("The line has more or fewer cells than the header.", where=where)
        codes.append(_code(row, where))
    return CodeList(name, tuple(codes))


def _code(row: Mapping[str, str], where: str) -> Code:
    def texts(prefix: str) -> Text:
        return {language: row[key] for language in LANGUAGES if row.get(key := f"{prefix}_{language}")}

    def number(key: str) -> int | None:
        try:
            return int(row[key]) if row.get(key) else None
        except ValueError:
            raise TiphubError(f"The {key} is no whole number: {row[key]}.", where=where) from None

    def answer(key: str, *, unset: bool) -> bool:
        if (said := row.get(key) or "") not in {"", "yes", "no"}:
            raise TiphubError(f"{key} is yes or no, not {said}.", where=where)
        return said == "yes" if said else unset

    def source() -> dict[str, str]:
        pairs = [part.partition(":") for part in row.get("source", "").split("|") if part]
        if any(not colon for _, colon, _ in pairs):
            raise TiphubError("A source is written as STANDARD: its name for the code.", where=where)
        return {standard.strip(): theirs.strip() for standard, _, theirs in pairs}

    return Code(
        code=row["code"],
        label=texts("label"),
        definition=texts("definition"),
        broader=row.get("broader") or None,
        merged_from=tuple(row.get("merged_from", "").split()),
        since=row.get("since") or VERSION,
        published=answer("published", unset=True),
        marker=answer("marker", unset=False),
        minimum=number("minimum"),
        maximum=number("maximum"),
        names=tuple(name for name in row.get("names", "").split("|") if name),
        source=source(),
        extra={key: value for key, value in row.items() if value and key not in _CODE_KEYS},
    )
