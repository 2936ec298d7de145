"""Findings as files: one YAML file each, checked against the standard when it is read."""

from collections.abc import Iterable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from tiphub.errors import TiphubError
from tiphub.evidence.columns import carries, titled
from tiphub.evidence.findings.conditions import years
from tiphub.evidence.findings.model import Compare, Conditions, Finding, Kind, Measure, Part
from tiphub.mapping.document import Document, did_you_mean, parse
from tiphub.mapping.document import Path as Keys
from tiphub.standard import Standard, flag_name

KEYS = {"topic", "title", "who", "say", "where", "measure", "by", "compare", "note"}
TOPICS = (
    "who",
    "children",
    "exploitation",
    "types_compared",
    "women_and_men",
    "recruitment",
    "control",
    "trends",
    "corridors",
)


def library(standard: Standard) -> tuple[Finding, ...]:
    """The findings that come with tiphub, by topic and name.

    Raises:
        TiphubError: a file is wrong.
    """
    folder = files("tiphub.evidence.findings") / "library"
    found = [
        parse_finding(item.read_text("utf-8"), item.name, standard)
        for item in folder.iterdir()
        if item.name.endswith(".yml")
    ]
    return tuple(sorted(found, key=lambda item: (TOPICS.index(item.topic), item.name)))


def choose(findings: Sequence[Finding], names: Iterable[str]) -> tuple[Finding, ...]:
    """The findings of these names, in this order.

    Raises:
        TiphubError: there is none of that name.
    """
    by_name = {item.name: item for item in findings}
    for name in names:
        if name not in by_name:
            do = did_you_mean(name, by_name) or "tiphub findings SOURCE lists them all."
            raise TiphubError(f"There is no finding {name}.", do=do)
    return tuple(by_name[name] for name in names)


def load_finding(path: Path, standard: Standard) -> Finding:
    """Read a finding's file; its name is the file's.

    Raises:
        TiphubError: the file cannot be read, or something in it is not in the standard; it says where.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TiphubError("The finding cannot be read.", where=f"{path.name}: {error}") from None
    return parse_finding(text, path.name, standard)


def parse_finding(text: str, source: str, standard: Standard) -> Finding:
    """Read a finding from YAML.

    Raises:
        TiphubError: see `load_finding`.
    """
    read = _Reader(parse(text, source), standard)
    top = read.mapping((), KEYS, {"topic", "title", "who", "say", "measure"})
    if top["topic"] not in TOPICS:
        raise read.no(("topic",), "topic", str(top["topic"]), TOPICS)
    parts = read.parts() if "by" in top else ()
    measure = read.measure()
    flag = measure.kind == "field" and standard.columns[measure.name].kind == "flag"
    one = bool(measure.any) or measure.name == "domestic" or flag
    return Finding(
        name=Path(source).stem,
        topic=read.text(("topic",)),
        title=read.text(("title",)),
        who=read.text(("who",)),
        say=read.text(("say",)),
        measure=measure,
        where=read.conditions(("where",)) if "where" in top else {},
        parts=parts,
        compare=read.compare(parts, one=one) if "compare" in top else None,
        note=read.text(("note",)) if "note" in top else "",
    )


class _Reader:
    """Reads one document; every error names its line."""

    def __init__(self, document: Document, standard: Standard) -> None:
        self.document = document
        self.standard = standard

    def at(self, keys: Keys) -> Any:
        found = self.document.value
        for key in keys:
            found = found[key]
        return found

    def no(self, keys: Keys, kind: str, name: str, known: Iterable[str]) -> TiphubError:
        return self.error(keys, f"There is no {kind} {name}.", name, known)

    def error(self, keys: Keys, what: str, name: str, known: Iterable[str]) -> TiphubError:
        known = list(known)
        do = did_you_mean(name, known) or carries(known, "It may be one of")
        return self.document.error(keys, what, do)

    def mapping(self, keys: Keys, known: Iterable[str], needed: Iterable[str] = ()) -> dict[str, Any]:
        found = self.at(keys)
        if not isinstance(found, dict):
            raise self.document.error(keys, "Keys with their values are expected here.")
        for key in found:
            if key not in known:
                raise self.no((*keys, key), "key", key, sorted(known))
        for key in sorted(needed):
            if found.get(key) is None:
                raise self.document.error(keys, f"The finding has no {key}.", f"Write {key}: …")
        return found

    def text(self, keys: Keys) -> str:
        found = self.at(keys)
        if not isinstance(found, str):
            raise self.document.error(keys, "A text is expected here.")
        return found

    def texts(self, keys: Keys) -> tuple[str, ...]:
        found = self.at(keys)
        listed = found if isinstance(found, list) else [found]
        if not listed or not all(isinstance(item, str) for item in listed):
            raise self.document.error(keys, "A text, or a list of texts, is expected here.")
        return tuple(listed)

    def measure(self) -> Measure:
        keys: Keys = ("measure",)
        given = self.mapping(keys, {"group", "field", "any", "each", "top", "pair"})
        kinds = [kind for kind in ("group", "field", "pair") if kind in given]
        ways = [way for way in ("any", "each", "top") if way in given]
        if len(kinds) != 1 or len(ways) > 1:
            what = "A measure has one of group, field or pair, and at most one of any, each or top."
            raise self.document.error(keys, what)
        kind = kinds[0]
        top = 0
        if "top" in given:
            number = self.text((*keys, "top"))
            if number not in map(str, range(1, 51)):
                raise self.document.error((*keys, "top"), "A number from 1 to 50 is expected here.")
            top = int(number)
        name = self.text((*keys, kind))
        self.measured(keys, kind, name, ways)
        chosen = {way: self.texts((*keys, way)) for way in ("any", "each") if way in given}
        for way, codes in chosen.items():
            for code in codes:
                self.value((*keys, way), name, code, group=kind == "group")
        column = self.standard.columns.get(name) if kind == "field" else None
        if column and column.group and column.option and not column.option.marker:
            return Measure("group", column.group, (column.option.code,))
        exact: Kind = "pair" if kind == "pair" else "group" if kind == "group" else "field"
        return Measure(exact, name, chosen.get("any", ()), chosen.get("each", ()), top)

    def measured(self, keys: Keys, kind: str, name: str, ways: Sequence[str]) -> None:
        if kind == "pair":
            needed: dict[str, list[str]] = {"domestic": [], "corridors": ["top"]}
            if needed.get(name) != list(ways):
                raise self.document.error(keys, "Write {pair: domestic}, or {pair: corridors, top: 10}.")
            return
        if kind == "group" and name not in self.standard.groups:
            raise self.no((*keys, kind), "group", name, self.standard.groups)
        if kind == "group" and "top" in ways:
            raise self.document.error(keys, "A group has few options: leave top out.")
        if kind == "field":
            self.column((*keys, kind), name)

    def column(self, keys: Keys, name: str) -> None:
        columns = self.standard.columns
        if name not in columns:
            raise self.no(keys, "field", name, columns)
        if columns[name].kind in {"text", "date"}:
            what = f"{titled(self.standard, name)} is a {columns[name].kind}: it has no values to count."
            raise self.document.error(keys, what)

    def value(self, keys: Keys, name: str, value: str, *, group: bool = False) -> None:
        if group:
            known = [code.code for code in self.standard.options(name)]
        elif (column := self.standard.columns[name]).kind == "flag":
            known = ["yes", "no"]
            if value == "no" and column.group is not None:
                what = f"{titled(self.standard, name)} is one of several answers: releases count who has it"
                raise self.document.error(keys, f"{what}, and not who has it not.", "Ask for yes.")
        elif column.kind == "integer":
            if years(value) is None:
                what = f"{value} is no number or range."
                raise self.document.error(keys, what, "Write 2015, 2015-2019, 2015- or -2019.")
            return
        else:
            known = list(self.standard.codes_of(name).by_code)
        if value not in known:
            what = f"{titled(self.standard, name)} has no {'option' if group else 'value'} {value}."
            raise self.error(keys, what, value, known)

    def conditions(self, keys: Keys) -> Conditions:
        given = self.mapping(keys, self.at(keys) or {})
        found = {}
        for name in given:
            self.column((*keys, name), name)
            found[name] = self.texts((*keys, name))
            for value in found[name]:
                self.value((*keys, name), name, value)
        return found

    def parts(self) -> tuple[Part, ...]:
        by = self.mapping(("by",), {"group", "field", "parts"}, {"parts"})
        if ("group" in by) == ("field" in by):
            raise self.document.error(("by",), "A breakdown is by either a group or a field.")
        grouped = "group" in by
        name = self.text(("by", "group" if grouped else "field"))
        if grouped and name not in self.standard.groups:
            raise self.no(("by", "group"), "group", name, self.standard.groups)
        if not grouped:
            self.column(("by", "field"), name)
        found = []
        for key, given in self.mapping(("by", "parts"), by["parts"]).items():
            at: Keys = ("by", "parts", key)
            label: Any = given
            values: tuple[str, ...] = (key,)
            if isinstance(given, dict):
                self.mapping(at, {"label", "values"}, {"label", "values"})
                label, values = self.text((*at, "label")), self.texts((*at, "values"))
            if not isinstance(label, str):
                raise self.document.error(at, "What the part is called in a sentence is expected here.")
            for value in values:
                self.value(at, name, value, group=grouped)
            if grouped and len(values) > 1:
                raise self.document.error(at, "A part by a group has one option.")
            where = {flag_name(name, values[0]): ("yes",)} if grouped else {name: values}
            found.append(Part(key, label, where))
        return tuple(found)

    def compare(self, parts: Sequence[Part], *, one: bool) -> Compare:
        keys: Keys = ("compare",)
        given = self.mapping(keys, {"ratio", "difference"})
        if len(given) != 1:
            raise self.document.error(keys, "A comparison is either a ratio or a difference.")
        how = "ratio" if "ratio" in given else "difference"
        two = self.texts((*keys, how))
        known = [part.key for part in parts]
        for name in two:
            if name not in known:
                raise self.no((*keys, how), "part", name, known)
        if len(set(two)) != 2:
            raise self.document.error((*keys, how), "A comparison is of two different parts.")
        if not one:
            what = "A comparison is of one share, and the measure has several."
            raise self.document.error(keys, what, "Give the measure any: [...], or leave compare out.")
        return Compare("ratio" if how == "ratio" else "difference", two[0], two[1])
