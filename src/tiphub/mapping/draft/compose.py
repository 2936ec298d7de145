"""The draft as YAML: every line with its confidence and its reason."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from tiphub.mapping.draft.inherit import Fit
from tiphub.mapping.draft.model import OPEN, FieldEntry, GroupEntry, Line, Unplaced, Valued
from tiphub.mapping.draft.personal import recurring
from tiphub.tabular import Origin

_PLAIN = re.compile(r"[^\W\d_][\w .+()/'’&-]*[\w+)]|[^\W\d_]|\d+")
_SURE = 0.95
_LIKELY = 0.7
_SHOWN = 8


def quoted(text: str) -> str:
    """A text as YAML that reads it back unchanged, in a list as well as on a line of its own.

    >>> quoted("Côte d'Ivoire"), quoted("-99"), quoted("a: b")
    ("Côte d'Ivoire", '"-99"', '"a: b"')
    """
    if _PLAIN.fullmatch(text) and text.lower() not in {"null", "~"} and "  " not in text:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(letter if letter.isprintable() else _escape(letter) for letter in escaped) + '"'


def _escape(letter: str) -> str:
    return {"\n": "\\n", "\t": "\\t"}.get(letter, f"\\U{ord(letter):08x}")


def listed(texts: Iterable[str]) -> str:
    """A YAML list on one line."""
    return "[" + ", ".join(map(quoted, texts)) + "]"


def head(origin: Origin, rows: int, fit: Fit | None) -> Iterator[str]:
    """The comment at the top."""
    yield comment(
        f"# A draft, made from {origin.name} ({rows:,} rows looked at). Nothing here is settled before a"
    )
    yield "# person has read it. Each line says how sure it is and why; those that say CHECK are less sure."
    for note in origin.notes:
        yield comment(f"# The file: {note}.")
    if fit:
        yield (
            f"# The file has {fit.share:.0%} of the columns that the layout {fit.layout.name} uses "
            f"({fit.layout.title})."
        )
        yield f"extends: {fit.layout.name}"
        if fit.missing and fit.layout.mapping.absent == "refuse":
            yield f"absent: allow  # missing: {', '.join(fit.missing)}"


def file_line(origin: Origin, *, decimal_comma: bool) -> str:
    """How the file is to be opened: what is told here is not looked for again."""
    said = {"format": origin.format}
    if origin.encoding:
        said["encoding"] = origin.encoding
    if origin.delimiter and origin.format == "csv":
        said["delimiter"] = origin.delimiter
    if origin.sheet:
        said["sheet"] = origin.sheet
    if origin.header_row > 1:
        said["header_row"] = str(origin.header_row)
    if decimal_comma:
        said["decimal"] = ","
    return "file: {" + ", ".join(f"{key}: {quoted(text)}" for key, text in said.items()) + "}"


def field_lines(
    name: str, entry: FieldEntry, extra: Mapping[str, str], unknown: Sequence[str] = ()
) -> Iterator[str]:
    """A field's entry."""
    sign = "" if entry.line.settled else "# "
    parts = [f"column: {quoted(entry.line.column)}"]
    if entry.read:
        parts.append(f"read: {entry.read}")
    if entry.formats:
        parts.append(f"formats: {listed(entry.formats)}")
    if unknown:
        parts.append(f"unknown: {listed(unknown)}")
    yield from _reason(entry.line, "  ")
    values = list(_values(entry.valued, extra, "      "))
    if not values:
        yield f"  {sign}{name}: {{{', '.join(parts)}}}"
        return
    yield f"  {sign}{name}:"
    yield from (f"    {sign}{part}" for part in parts)
    yield from _block(values)


def group_lines(
    name: str, entry: GroupEntry, extra: Mapping[str, str], unknown: Sequence[str] = ()
) -> Iterator[str]:
    """A group's entry."""
    if entry.line:
        yield from _reason(entry.line, "  ")
    yield f"  {name}:"
    if unknown:
        yield f"    unknown: {listed(unknown)}"
    if entry.line:
        yield f"    column: {quoted(entry.line.column)}"
        yield f"    split: {listed(entry.split)}"
        yield "    unset: unknown  # write no only if every option that applied was always ticked"
        yield from _block(list(_values(entry.valued, extra, "      ")))
    if entry.flags:
        yield "    flags:"
        for option, line in entry.flags.items():
            yield f"      {option}: {quoted(line.column)}  # {sure(line)}"
    if entry.together:
        yield "    together:"
        for column, options in entry.together.items():
            yield f"      {quoted(column)}: {listed(options)}"
    if entry.flags:
        yield f"    yes: {listed(entry.yes)}"
        yield f"    no: {listed(entry.no)}"


def unplaced_lines(unplaced: Sequence[Unplaced]) -> Iterator[str]:
    """What has no place, as comments."""
    if unplaced:
        yield "# Without a place:"
        yield from (comment(f"# - {entry.column}: {entry.why}") for entry in unplaced)


def open_values(valued: Valued | None) -> str:
    """Which texts of a column are not understood; those that could be a slip or a name are only counted."""
    if not valued or not valued.open:
        return ""
    shown = list(recurring(valued.open))[:_SHOWN]
    hidden = len(valued.open) - len(shown)
    said = ", ".join(map(comment, shown))
    rest = f"{hidden} more, rare or long" if shown else f"{hidden} different, rare or long"
    return "; ".join(part for part in (said, rest if hidden else "") if part)


def codes_text(codes: Sequence[str]) -> str:
    """One code, or a list of several."""
    return codes[0] if len(codes) == 1 else listed(codes)


def _block(values: list[str]) -> Iterator[str]:
    """A block of values; one of comments alone stands without its key."""
    if any(not line.lstrip().startswith("#") for line in values):
        yield "    values:"
    elif any("# DECIDE" in line for line in values):
        yield "    # values:"
    yield from values


def _values(valued: Valued | None, extra: Mapping[str, str], indent: str) -> Iterator[str]:
    if valued is None:
        return
    texts = {text: (codes_text(codes), score) for text, (codes, score) in valued.listed.items()}
    undecided = {text: codes for text, (codes, score) in valued.listed.items() if score == OPEN}
    for text, code in extra.items():
        if text not in texts:
            yield f"{indent}{quoted(text)}: {code}"
    for text, (code, score) in texts.items():
        if text in undecided:
            yield f"{indent}# {quoted(text)}: {undecided[text][0]}  # DECIDE: {' or '.join(undecided[text])}"
        elif score >= _SURE:
            yield f"{indent}{quoted(text)}: {code}"
        elif score >= _LIKELY:
            yield f"{indent}{quoted(text)}: {code}  # CHECK: {score:.0%} sure, by words in common"
        else:
            yield f"{indent}# {quoted(text)}: {code}  # perhaps, {score:.0%} sure: take the # away if right"
    if said := open_values(valued):
        yield f"{indent}# Not understood: {said}"


def _reason(line: Line, indent: str) -> Iterator[str]:
    yield f"{indent}# {sure(line)}: {comment(line.reason)}"


def sure(line: Line) -> str:
    """How sure a line is, and what it asks of a person."""
    if not line.settled:
        return f"DECIDE, {percent(line)} sure"
    return f"{percent(line)} sure" if line.confidence >= 0.8 else f"CHECK, {percent(line)} sure"


def percent(line: Line) -> str:
    """A line's confidence; never the whole, as nobody has looked yet."""
    return f"{min(line.confidence, 0.99):.0%}"


def comment(text: str) -> str:
    """A text that may stand in a comment: one line, nothing but what can be printed."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(printable.split())
