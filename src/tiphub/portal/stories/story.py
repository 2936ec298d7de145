"""A story as a file: Markdown with places for findings, checked when it is read."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import PurePath
from typing import Any

from tiphub.errors import TiphubError
from tiphub.evidence.findings import Finding, library
from tiphub.mapping.document import did_you_mean, parse
from tiphub.portal.stories.numbers import refuse_numbers
from tiphub.standard import Standard

PLACE = re.compile(r"\{\{\s*(\w+)\s*(?::\s*([^}]*?))?\s*\}\}")
FIELDS = ("share", "low", "high", "numerator", "denominator", "people", "coverage")
STATES = ("more", "less", "unclear", "told", "untold")
_OF_FINDINGS = ("finding", "chart", "number", "when")
_KINDS = (*_OF_FINDINGS, "define", "cite", "otherwise", "end")


@dataclass(frozen=True, slots=True)
class Story:
    """A story, not yet told: ``body`` has places such as ``{{ finding: family_children }}``."""

    name: str
    title: str
    summary: str
    body: str
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """What a story refers to: how it stands in the text, and in the list below."""

    short: str
    full: str


@dataclass(frozen=True)
class Words:
    """What stories may name: findings, definitions and references, by name."""

    findings: Mapping[str, Finding]
    definitions: Mapping[str, str]
    references: Mapping[str, Reference]


def words(standard: Standard) -> Words:
    """The library of findings, and the definitions and references beside the stories."""
    references = {name: Reference(**said) for name, said in _yaml("references").items()}
    return Words({item.name: item for item in library(standard)}, _yaml("definitions"), references)


@cache
def _yaml(name: str) -> Mapping[str, Any]:
    source = files("tiphub.portal.stories") / f"{name}.yml"
    found: Mapping[str, Any] = parse(source.read_text("utf-8"), source.name).value
    return found


@dataclass(frozen=True)
class Stories:
    """The stories that come with tiphub, by name: those that can be told, and why others cannot."""

    whole: Mapping[str, Story]
    broken: Mapping[str, TiphubError]


def read_stories(standard: Standard) -> Stories:
    """Read all stories, in the order of their files; one that is refused stops no other."""
    known = words(standard)
    whole: dict[str, Story] = {}
    broken: dict[str, TiphubError] = {}
    library = (files("tiphub.portal.stories") / "library").iterdir()
    for item in sorted((item for item in library if item.name.endswith(".md")), key=lambda item: item.name):
        try:
            story = parse_story(item.read_text("utf-8"), str(item), known)
        except TiphubError as error:
            broken[_name(item.name)] = error
        except (OSError, ValueError) as error:
            why = f"The story cannot be read: {error}."
            broken[_name(item.name)] = TiphubError(why, where=str(item), do="Write it as UTF-8 text.")
        else:
            whole[story.name] = story
    return Stories(whole, broken)


def stories(standard: Standard) -> Mapping[str, Story]:
    """The stories that come with tiphub, by name.

    Raises:
        TiphubError: a story has a number typed by hand, or names what there is not.
    """
    found = read_stories(standard)
    for error in found.broken.values():
        raise error
    return found.whole


def _name(source: str) -> str:
    """What a story is called: the name of its file without the place in the order of stories.

    >>> _name("library/2-family.md"), _name("own.md")
    ('family', 'own')
    """
    stem = PurePath(source).stem
    return stem.partition("-")[2] or stem


def parse_story(text: str, source: str, known: Words) -> Story:
    """Read a story, of the file ``source``, and check it.

    Raises:
        TiphubError: see `stories`.
    """
    parts = re.split(r"^---\s*$", text, maxsplit=2, flags=re.MULTILINE)
    if len(parts) != 3 or parts[0].strip():
        raise TiphubError("A story begins with its title and summary between two lines of ---.", where=source)
    head = parse(parts[1], source).value
    for key in ("title", "summary"):
        if not isinstance(head, Mapping) or not isinstance(head.get(key), str):
            raise TiphubError(f"The story has no {key}.", where=source)
        refuse_numbers(head[key], f"{source}, {key}")
    body = parts[2]
    offset = text[: text.index(body)].count("\n") if body else 0
    refuse_numbers("\n" * offset + PLACE.sub(_gap, body), source)
    findings: list[str] = []
    depth = 0
    for found in PLACE.finditer(body):
        where = f"{source}, line {offset + body[: found.start()].count(chr(10)) + 1}"
        kind, given = found[1], (found[2] or "").strip()
        name = _check(kind, given, known, where)
        findings += [name] if kind in _OF_FINDINGS else []
        depth += {"when": 1, "end": -1}.get(kind, 0)
        if depth not in {0, 1} or (kind == "otherwise" and depth == 0):
            raise TiphubError("“when”, “otherwise” and “end” do not fit together.", where=where)
    if depth:
        raise TiphubError("A “when” has no “end”.", where=source)
    if left := re.search(r"\{\{|\}\}", PLACE.sub("", body)):
        raise TiphubError(f"A stray {left[0]} is left in the text.", where=source)
    return Story(_name(source), head["title"], head["summary"], body.strip(), tuple(dict.fromkeys(findings)))


def _gap(found: re.Match[str]) -> str:
    """What is left of a place where numbers are looked for; lines keep their numbers."""
    return " " + "\n" * found[0].count("\n")


def _check(kind: str, given: str, known: Words, where: str) -> str:
    """Refuse a place that names what there is not; gives the name of what it names."""
    if kind not in _KINDS:
        raise _no("place", kind, _KINDS, where)
    if kind in {"otherwise", "end"}:
        return ""
    if kind in {"define", "cite"}:
        texts: Iterable[str] = known.definitions if kind == "define" else known.references
        if given not in texts:
            raise _no("definition" if kind == "define" else "reference", given, texts, where)
        return given
    name, _, rest = (part.strip() for part in given.partition(" is " if kind == "when" else "."))
    if name not in known.findings:
        raise _no("finding", name, known.findings, where)
    if kind == "number":
        _check_number(known.findings[name], rest, where)
    elif kind == "when" and rest not in STATES:
        raise _no("state", rest, STATES, where)
    return name


def _check_number(finding: Finding, place: str, where: str) -> None:
    part, _, field = place.rpartition(".")
    if field not in FIELDS:
        raise _no("figure", field, FIELDS, where)
    parts = [item.key for item in finding.parts]
    if part not in (parts or [""]):
        raise _no(f"part of {finding.name}", part, parts, where)


def _no(kind: str, name: str, known: Iterable[str], where: str) -> TiphubError:
    listed = [item for item in known if item]
    do = did_you_mean(name, listed) or f"It may be {', '.join(listed[:20])}."
    return TiphubError(f"There is no {kind} “{name}”.", where=where, do=do)
