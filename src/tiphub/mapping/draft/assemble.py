"""Put what was found together: the mapping's text, its lines, and what has no place."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from tiphub.mapping.draft import compose
from tiphub.mapping.draft.candidates import Candidate
from tiphub.mapping.draft.inherit import Fit, Key, inherited, merged
from tiphub.mapping.draft.lexicon import Lexicon
from tiphub.mapping.draft.model import OPEN, Draft, FieldEntry, GroupEntry, Line, Unplaced, Valued
from tiphub.mapping.draft.personal import may_show, sounds_personal
from tiphub.mapping.draft.profile import Profile
from tiphub.mapping.text import normalise
from tiphub.tabular import Origin

_LONGEST_ID = 40
_ALIKE = 0.75
_DECIMAL_COMMA = re.compile(r"-?\d+,\d+")


@dataclass(frozen=True)
class _Parts:
    profiles: Mapping[str, Profile]
    lexicon: Lexicon
    fit: Fit | None
    fields: Mapping[str, FieldEntry]
    groups: Mapping[str, GroupEntry]
    record_id: Line | None
    kept: Mapping[str, str]
    """What the layout reads, by key such as ``fields.gender``, with the columns."""


def assemble(
    origin: Origin,
    profiles: Mapping[str, Profile],
    lexicon: Lexicon,
    chosen: Mapping[Key, Candidate],
    fit: Fit | None,
) -> Draft:
    """The draft of what was chosen; what the layout ``fit`` says already is not said again."""
    kept = inherited(fit, chosen, profiles, lexicon) if fit else {}
    fields = _fields(lexicon, chosen, kept)
    parts = _Parts(profiles, lexicon, fit, fields, {}, _record_id(chosen), kept)
    parts = replace(parts, groups=_groups(parts, chosen))
    lines = tuple(_lines(parts))
    unplaced = tuple(_unplaced(parts, lines))
    return Draft("\n".join(_text(origin, parts, unplaced)) + "\n", lines, unplaced, origin.notes)


def _record_id(chosen: Mapping[Key, Candidate]) -> Line | None:
    found = chosen.get(("record_id",))
    return found.entry if found and isinstance(found.entry, Line) else None


def _fields(
    lexicon: Lexicon, chosen: Mapping[Key, Candidate], kept: Mapping[str, str]
) -> dict[str, FieldEntry]:
    found: dict[str, FieldEntry] = {}
    for name in lexicon.standard.fields:
        candidate = chosen.get(("fields", name))
        if candidate and isinstance(candidate.entry, FieldEntry) and f"fields.{name}" not in kept:
            found[name] = candidate.entry
    return found


def _groups(parts: _Parts, chosen: Mapping[Key, Candidate]) -> dict[str, GroupEntry]:
    found: dict[str, GroupEntry] = {}
    for name in parts.lexicon.standard.groups:
        if f"groups.{name}" in parts.kept:
            continue
        candidate = chosen.get(("groups", name))
        cell = candidate.entry if candidate and isinstance(candidate.entry, GroupEntry) else GroupEntry()
        flags = {
            key[3]: one.entry
            for key, one in chosen.items()
            if key[:3] == ("groups", name, "flags") and isinstance(one.entry, Line)
        }
        if cell.line is None and not flags:
            continue
        entry = replace(cell, flags=flags)
        parent = parts.fit.layout.mapping.groups.get(name) if parts.fit else None
        found[name] = merged(entry, parent, parts.profiles) if parent and parent.flags else entry
    return found


def _lines(parts: _Parts) -> Iterator[Line]:
    if parts.record_id:
        yield parts.record_id
    layout = parts.fit.layout.name if parts.fit else ""
    for target, columns in parts.kept.items():
        yield Line(target, columns, 1.0, f"as the layout {layout} has it")
    for field in parts.fields.values():
        yield field.line
    for name, group in parts.groups.items():
        if group.line:
            yield group.line
        for option, line in group.flags.items():
            yield Line(f"groups.{name}.flags.{option}", line.column, line.confidence, line.reason)


def _unplaced(parts: _Parts, lines: tuple[Line, ...]) -> Iterator[Unplaced]:
    placed = {column for line in lines for column in line.column.split(", ")}
    placed |= {line.column for line in lines}
    if parts.fit:
        placed |= {column for group in parts.fit.layout.mapping.groups.values() for column in group.together}
    for name, column in parts.profiles.items():
        if name not in placed:
            why = _why(column, parts)
            perhaps = parts.record_id is None and _may_name_records(column, parts.lexicon)
            yield Unplaced(name, f"{why}; it names each record once: the record id?" if perhaps else why)
    entries: list[FieldEntry | GroupEntry] = [*parts.fields.values(), *parts.groups.values()]
    for entry in entries:
        listed = entry.valued.listed if entry.valued else {}
        if entry.line and (two := [text for text, (_, score) in listed.items() if score == OPEN]):
            yield Unplaced(entry.line.column, f"values that could mean two things: {', '.join(two)}")
        if entry.line and (said := compose.open_values(entry.valued)):
            yield Unplaced(entry.line.column, f"values not understood: {said}")


def _why(column: Profile, parts: _Parts) -> str:
    lexicon = parts.lexicon
    if not column.values:
        return "empty in every row"
    if sounds_personal(column.name, lexicon.personal):
        return "nothing in the standard is like it, and it may be about a person; its values are not shown"
    if why := _called_like(column, parts):
        return why
    if may_show(column.name, column.values, lexicon.personal):
        return "nothing in the standard is like it; it says " + ", ".join(column.values)
    return f"nothing in the standard is like it ({len(column.values):,} different values, not shown)"


def _called_like(column: Profile, parts: _Parts) -> str:
    """What a column is called like, and why it was not taken for that; nothing where it is like nothing."""
    options = parts.lexicon.options
    score, group, option = max((parts.lexicon.option_score(column.name, *key), *key) for key in options)
    if score >= _ALIKE:
        target = f"groups.{group}.flags.{option}"
        flags = parts.lexicon.flag_matcher()
        left = {text: count for text, count in column.values.items() if not flags.find(text, near=False)}
        said = compose.open_values(Valued(None, 0, open=left))
        why = f"these answers are neither yes nor no: {said}" if said else "another column is more like it"
        return f"called like {target}, but {why}"
    fields = parts.lexicon.standard.fields
    score, field = max((parts.lexicon.column_score(column.name, name)[0], name) for name in fields)
    if score < _ALIKE:
        return ""
    taken = field in parts.fields or f"fields.{field}" in parts.kept
    why = "another column is more like it" if taken else "its cells are not understood as that"
    return f"called like fields.{field}, but {why}"


def _may_name_records(column: Profile, lexicon: Lexicon) -> bool:
    """Whether a column could be the record id, though it is not called like one."""
    short = all(len(text) <= _LONGEST_ID for text in column.values)
    return column.unique and short and not sounds_personal(column.name, lexicon.personal)


def _text(origin: Origin, parts: _Parts, unplaced: tuple[Unplaced, ...]) -> Iterator[str]:
    rows = max((column.rows for column in parts.profiles.values()), default=0)
    yield from compose.head(origin, rows, parts.fit)
    yield compose.file_line(origin, decimal_comma=_decimal_comma(parts))
    if parts.record_id:
        line = parts.record_id
        yield compose.comment(f"# {compose.sure(line)}: {line.reason}")
        yield f"record_id: {{column: {compose.quoted(line.column)}}}"
        yield f"required: {compose.listed(_required(parts, line.column))}"
    else:
        yield from _no_record_id(parts, unplaced)
    if unknown := _unknown_everywhere(parts):
        yield f"unknown: {compose.listed(unknown)}"
    if parts.kept and parts.fit:
        yield f"# From the layout {parts.fit.layout.name}, unchanged:"
        yield from (f"#   {target}: {compose.comment(columns)}" for target, columns in parts.kept.items())
    yield from _entries(parts)
    yield from compose.unplaced_lines(unplaced)


def _no_record_id(parts: _Parts, unplaced: tuple[Unplaced, ...]) -> Iterator[str]:
    left = [parts.profiles[entry.column] for entry in unplaced if entry.column in parts.profiles]
    found = [column.name for column in left if _may_name_records(column, parts.lexicon)]
    if not found:
        yield "# record_id: no column was found for it; a file only adds, its rows cannot be corrected"
        return
    yield "# CHECK: no column is called like a record id, but this names each record once. Take the # away if"
    yield "# the agency keeps it from file to file. Without one a file only adds and no row is corrected."
    yield from (f"# record_id: {{column: {compose.quoted(name)}}}" for name in found)


def _entries(parts: _Parts) -> Iterator[str]:
    lines = [
        line
        for name, entry in parts.fields.items()
        for line in compose.field_lines(
            name, entry, _more_words(parts, name, entry), _unknown_here(parts, "fields", name)
        )
    ]
    if "source_kind" not in parts.fields and "fields.source_kind" not in parts.kept:
        lines += [
            "  # DECIDE: which kind of source is this agency?",
            "  # source_kind: {constant: case_management}  # or hotline",
        ]
    settled = any(entry.line.settled for entry in parts.fields.values())
    yield "fields:" if settled else "# fields:"
    yield from lines
    if parts.groups:
        yield "groups:"
    for name, group in parts.groups.items():
        yield from compose.group_lines(
            name, group, _more_words(parts, name, group), _unknown_here(parts, "groups", name)
        )


def _more_words(parts: _Parts, name: str, entry: FieldEntry | GroupEntry) -> dict[str, str]:
    """The layout's other words for a field or group, where the file uses some of them."""
    if not parts.fit or not entry.valued:
        return {}
    mapping = parts.fit.layout.mapping
    given: dict[str, tuple[str, ...]] = {}
    if isinstance(entry, GroupEntry):
        given = dict(mapping.groups[name].values) if name in mapping.groups else {}
        known = parts.lexicon.group_matcher(name).known
    else:
        values = mapping.fields[name].values if name in mapping.fields else {}
        given = {text: (code,) for text, code in values.items() if code}
        known = parts.lexicon.field_matcher(name).known
    if not any(text in given for text in entry.valued.listed):
        return {}
    return {text: compose.codes_text(codes) for text, codes in given.items() if normalise(text) not in known}


def _required(parts: _Parts, record_id: str) -> list[str]:
    given = parts.fit.layout.mapping.required if parts.fit else ()
    return [record_id, *(name for name in given if name in parts.profiles and name != record_id)]


def _decimal_comma(parts: _Parts) -> bool:
    numbers = [entry.line.column for entry in parts.fields.values() if entry.read == "number"]
    return any(_DECIMAL_COMMA.fullmatch(text) for name in numbers for text in parts.profiles[name].values)


def _unknown(parts: _Parts) -> Iterator[tuple[str, str, str]]:
    """Each text that means unknown in a placed column: kind of entry, its name, the text."""
    for kind, entries in (("fields", parts.fields), ("groups", parts.groups)):
        for name, entry in entries.items():
            if entry.valued:
                yield from ((kind, name, text) for text in entry.valued.unknown)
    columns = [
        ("fields", name, entry.line.column) for name, entry in parts.fields.items() if entry.valued is None
    ]
    columns += [
        ("groups", name, line.column) for name, group in parts.groups.items() for line in group.flags.values()
    ]
    for kind, name, column in columns:
        for text in list(parts.profiles[column].values)[:20]:
            if parts.lexicon.is_unknown(text):
                yield kind, name, text


def _unknown_given(parts: _Parts) -> list[str]:
    return list(parts.fit.layout.mapping.unknown) if parts.fit else [""]


def _unknown_everywhere(parts: _Parts) -> list[str]:
    """The texts that mean unknown in several columns; none where the layout knows them all."""
    given = _unknown_given(parts)
    counts = Counter(text for _, _, text in _unknown(parts))
    new = [text for text, columns in counts.items() if columns > 1 and text not in given]
    return [*given, *new] if new else []


def _unknown_here(parts: _Parts, kind: str, name: str) -> list[str]:
    """The texts that mean unknown in this entry and in no other: one column's habit is not the file's."""
    known = {*_unknown_given(parts), *_unknown_everywhere(parts)}
    found = dict.fromkeys(text for *entry, text in _unknown(parts) if entry == [kind, name])
    return [text for text in found if text not in known]
