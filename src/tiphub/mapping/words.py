"""What a cell's words may mean: the mapping's own values, then the standard's codes, labels and names."""

from collections import abc
from dataclasses import dataclass

from tiphub.mapping.spec import FieldMapping, GroupMapping, Mapping
from tiphub.mapping.text import normalise
from tiphub.standard import Code, Standard

UNKNOWN = ""
"""Stands for unknown among the codes."""

YES = ("yes", "y", "true", "oui", "o", "vrai", "sí", "s", "verdadero", "sim", "verdadeiro", "نعم")
NO = ("no", "n", "false", "non", "faux", "falso", "não", "لا")


@dataclass(frozen=True, slots=True)
class Words:
    """``exact`` maps a cell's text as it stands, ``folded`` its normalised text, to a code or ``UNKNOWN``."""

    exact: abc.Mapping[str, str]
    folded: abc.Mapping[str, str]


def field_words(entry: FieldMapping, mapping: Mapping, standard: Standard) -> Words:
    """The words of a field with codes, or of a flag."""
    given = {text: code or UNKNOWN for text, code in entry.values.items()}
    unknown = dict.fromkeys((*entry.unknown, *mapping.unknown), UNKNOWN)
    if standard.fields[entry.field].kind == "flag":
        return _words(given, unknown, [{"yes": YES, "no": NO}])
    return _words(given, unknown, _tiers(leaves(entry.field, standard)))


def flag_words(entry: GroupMapping, mapping: Mapping) -> Words:
    """The words of a group's flag columns."""
    given = {**dict.fromkeys(entry.no, "no"), **dict.fromkeys(entry.yes, "yes")}
    unknown = dict.fromkeys((*entry.unknown, *mapping.unknown), UNKNOWN)
    return _words(given, unknown, [{"yes": YES, "no": NO}])


def item_words(
    entry: GroupMapping, mapping: Mapping, standard: Standard, separators: str
) -> dict[str, tuple[str, ...]]:
    """The normalised items of a cell with several answers, and the options of each (none: unknown)."""
    found: dict[str, tuple[str, ...]] = {}
    for text, options in entry.values.items():
        found.setdefault(normalise(text, separators), options)
    for text in (*entry.unknown, *mapping.unknown):
        found.setdefault(normalise(text, separators), ())
    for tier in _tiers(standard.codes_of(entry.group).codes):
        for key, code in _unambiguous(tier, separators).items():
            found.setdefault(key, (code,))
    found.pop("", None)
    return found


def leaves(field: str, standard: Standard) -> tuple[Code, ...]:
    """The codes that a record as collected may hold."""
    codes = standard.codes_of(field).leaves
    return tuple(code for code in codes if (code.extra or {}).get("level", "country") == "country")


def _tiers(codes: abc.Sequence[Code]) -> list[dict[str, tuple[str, ...]]]:
    """What each code is called, the surest names first."""
    return [
        {code.code: (code.code, *filter(None, [(code.extra or {}).get("alpha2")])) for code in codes},
        {code.code: tuple(code.label.values()) for code in codes},
        {code.code: code.names for code in codes},
    ]


def _unambiguous(tier: abc.Mapping[str, abc.Iterable[str]], separators: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    shared: set[str] = set()
    for code, names in tier.items():
        for name in names:
            key = normalise(name, separators)
            if found.setdefault(key, code) != code:
                shared.add(key)
    return {key: code for key, code in found.items() if key not in shared}


def _words(
    given: abc.Mapping[str, str],
    unknown: abc.Mapping[str, str],
    tiers: abc.Iterable[abc.Mapping[str, abc.Iterable[str]]],
) -> Words:
    exact = {**given, **{text: code for text, code in unknown.items() if text not in given}}
    folded: dict[str, str] = {}
    for text, code in (*given.items(), *unknown.items()):
        key = normalise(text)
        if any(letter.isalpha() for letter in key) or code != UNKNOWN:
            folded.setdefault(key, code)
    for tier in tiers:
        for key, code in _unambiguous(tier).items():
            folded.setdefault(key, code)
    folded.pop("", None)
    return Words(exact, folded)
