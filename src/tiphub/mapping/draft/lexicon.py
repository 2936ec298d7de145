"""What columns and values are called: the standard's words, the layouts' and a vocabulary of the field."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

import yaml

from tiphub.mapping.draft.model import OPEN
from tiphub.mapping.draft.text import likeness, words
from tiphub.mapping.load import layout_names, layout_record, load_layout
from tiphub.mapping.spec import FieldMapping, GroupMapping, Layout
from tiphub.mapping.spec import Mapping as Declared
from tiphub.mapping.text import normalise as plain
from tiphub.mapping.words import UNKNOWN, field_words, flag_words, item_words, leaves
from tiphub.standard import Code, Standard

normalise = cache(plain)
_RANGE = re.compile(
    r"(\d{1,3})\s*(?:-{1,2}|–|—|to|a|à|bis)\s*(\d{1,3})\b|(\d{1,3})\s*(?:\+|plus|and|or|y|o|et|ou)"
)
_SURE = 0.95
_LIKELY = 0.6
_INSIDE = 0.8
_SPELLING = 0.85
NUMBER = frozenset(words(text) for text in ("n°", "nº", "nro", "num", "number", "numéro"))
_ALONE = NUMBER | {words("dossier")}
"""Words that name a record where they are the whole of a column's name, and anything beside another word."""


@dataclass(frozen=True)
class Match:
    """What a text stands for: options (none: unknown), how sure that is, whether it need not be listed."""

    codes: tuple[str, ...]
    score: float
    known: bool = False


@dataclass(frozen=True)
class Lexicon:
    """All words, for one standard."""

    standard: Standard
    vocabulary: Mapping[str, Any]

    @cached_property
    def unknown(self) -> frozenset[str]:
        """Texts that mean unknown, normalised."""
        return frozenset(normalise(text) for text in self.vocabulary["values"]["unknown"]) - {""}

    @cached_property
    def personal(self) -> tuple[str, ...]:
        """Columns about a person that have no place in the standard."""
        return tuple(map(str, self.vocabulary["personal"]))

    def is_unknown(self, text: str) -> bool:
        """Whether a text says that the answer is not known: words for it, or a number such as -99."""
        if re.fullmatch(r"-(?:1|9|99|999|98|97|88|77)(?:[.,]0)?|[-–—.?]+", text):
            return True
        parts = [normalise(part) for part in re.split(r"[/,;|]", text)]
        return normalise(text) in self.unknown or all(part in self.unknown for part in parts)

    @cached_property
    def columns(self) -> Mapping[str, tuple[str, ...]]:
        """What a column for a field or a group may be called."""
        named: dict[str, list[str]] = {"record_id": []}
        named |= {name: [name, *field.label.values()] for name, field in self.standard.fields.items()}
        named |= {name: [name, *group.label.values()] for name, group in self.standard.groups.items()}
        for layout in self._mappings:
            for name, field_entry in layout.fields.items():
                named[name] += field_entry.columns
            for name, group_entry in layout.groups.items():
                named[name] += group_entry.columns
        for name, phrases in self.vocabulary["columns"].items():
            named[name] += map(str, phrases)
        return {name: tuple(dict.fromkeys(phrases)) for name, phrases in named.items()}

    @cached_property
    def options(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """What a column for one option of a group may be called."""
        named: dict[tuple[str, str], list[str]] = {}
        for group in self.standard.groups:
            extra = self.vocabulary["values"].get(group, {})
            for code in self.standard.codes_of(group).codes:
                phrases = [code.code, *code.label.values(), *code.names, *map(str, extra.get(code.code, ()))]
                for layout in self._mappings:
                    phrases += layout.groups[group].flags.get(code.code, ()) if group in layout.groups else ()
                named[group, code.code] = phrases
        return {key: tuple(dict.fromkeys(phrases)) for key, phrases in named.items()}

    @cached_property
    def layouts(self) -> Mapping[str, Layout]:
        """The layouts of the standard's kind of record, by name."""
        mine = [name for name in layout_names() if layout_record(name) == self.standard.record]
        return {name: load_layout(name, self.standard) for name in mine}

    @property
    def _mappings(self) -> list[Declared]:
        return [layout.mapping for layout in self.layouts.values()]

    def column_score(self, header: str, target: str) -> tuple[float, str]:
        """How well a column's name fits a field or group, and the phrase that it fits."""
        return max((name_score(header, phrase), phrase) for phrase in self.columns[target])

    @cached_property
    def _named(self) -> Mapping[str, frozenset[str]]:
        return {
            group: frozenset(word for phrase in self.columns[group] for word in words(phrase))
            for group in self.standard.groups
        }

    def option_score(self, header: str, group: str, code: str) -> float:
        """How well a column's name fits one option of a group; the group's own name may be a part of it."""
        named = self._named[group]
        mine = tuple(word for word in words(header) if word not in named) or words(header)
        whole = max(name_score(header, phrase) for phrase in self.options[group, code])
        part = max(likeness(mine, words(phrase)) for phrase in self.options[group, code])
        return max(whole, 0.9 * part if len(mine) < len(words(header)) else 0.0)

    def field_matcher(self, field: str) -> "Matcher":
        """Finds what the texts of a field's column stand for."""
        entry = FieldMapping(field, ("",))
        known = field_words(entry, Declared("", {}, {}), self.standard).folded
        if self.standard.fields[field].kind == "flag":
            return Matcher(self, {key: (code,) for key, code in known.items()}, {}, ())
        codes = leaves(field, self.standard)
        given = {
            normalise(text): (code,)
            for layout in self._mappings
            for text, code in (layout.fields[field].values.items() if field in layout.fields else ())
            if code
        }
        return self._matcher(field, {key: (code,) for key, code in known.items()}, given, codes)

    def group_matcher(self, group: str) -> "Matcher":
        """Finds what the items of a group's cells stand for."""
        known = item_words(GroupMapping(group, ("",)), Declared("", {}, {}), self.standard, "")
        given = {
            normalise(text): options
            for layout in self._mappings
            for text, options in (layout.groups[group].values.items() if group in layout.groups else ())
        }
        return self._matcher(group, known, given, self.standard.codes_of(group).codes)

    def flag_matcher(self) -> "Matcher":
        """Finds what the cells of a group's flag column stand for."""
        folded = flag_words(GroupMapping("", flags={"": ("",)}), Declared("", {}, {})).folded
        return Matcher(self, {key: (code,) for key, code in folded.items() if code != UNKNOWN}, {}, ())

    def _matcher(
        self,
        name: str,
        known: Mapping[str, tuple[str, ...]],
        given: Mapping[str, tuple[str, ...]],
        codes: Iterable[Code],
    ) -> "Matcher":
        spoken = {
            normalise(str(phrase)): (code,)
            for code, phrases in self.vocabulary["values"].get(name, {}).items()
            for phrase in phrases
        }
        loose = name in self.standard.groups or self.standard.fields[name].codes != "country"
        open_: dict[str, tuple[str, ...]] = {}
        if not loose:  # what one layout means by Congo is no sign of what another file means
            given = {}
            for entry in self.vocabulary["ambiguous"]:
                open_ |= dict.fromkeys(map(normalise, entry["words"]), tuple(entry["codes"]))
        said = self.vocabulary["values"].get(name, {})
        return Matcher(self, known, {**spoken, **given}, tuple(codes), said, loose, open_)


@dataclass(frozen=True)
class Matcher:
    """Finds what texts stand for.

    ``known`` are the words that the standard reads by itself, ``spoken`` those that a mapping has to list.
    """

    lexicon: Lexicon
    known: Mapping[str, tuple[str, ...]]
    spoken: Mapping[str, tuple[str, ...]]
    codes: tuple[Code, ...]
    vocabulary: Mapping[str, Iterable[str]] | None = None
    loose: bool = True
    """Whether texts that share some words are alike; countries that do are neighbours, not the same."""
    open: Mapping[str, tuple[str, ...]] | None = None
    """Words that could mean several codes alike."""

    def find(self, text: str, *, near: bool = True) -> Match | None:
        """What a text stands for; ``None`` where nothing is the same, or (``near``) nothing is like it."""
        key = normalise(text)
        if text.rstrip().endswith("?") and not self.lexicon.is_unknown(text):
            return None  # its writer was in doubt
        if key in self.known:
            return Match(tuple(code for code in self.known[key] if code != UNKNOWN), 1.0, known=True)
        if self.lexicon.is_unknown(text):
            return Match((), 1.0)
        if self.open and key in self.open:
            return Match(self.open[key], OPEN)
        if key in self.spoken:
            return Match(self.spoken[key], _SURE)
        return self._range(text) or (self._near(text, key) if near else None)

    def _range(self, text: str) -> Match | None:
        """A text such as ``9--17`` or ``48+`` by the numbers that a code stands for."""
        found = _RANGE.match(text.strip())
        if not found:
            return None
        low, high = int(found[1] or found[3]), int(found[2]) if found[2] else None
        for code in self.codes:
            if (code.minimum, code.maximum) == (low, high):
                return Match((code.code,), _SURE)
        return None

    def _near(self, text: str, key: str) -> Match | None:
        mine = words(text)
        scores: dict[str, float] = {}
        inside: set[str] = set()
        for code, theirs, phrase in self._phrases:
            if self.loose and set(theirs) <= set(mine):
                inside.add(code)
            shared = likeness(mine, theirs) if self.loose else float(set(mine) == set(theirs))
            scores[code] = max(scores.get(code, 0.0), shared, _spelt_alike(key, phrase))
        if len(inside) == 1:  # all that is known of the text's words means one thing
            (only,) = inside
            scores[only] = max(scores[only], _INSIDE)
        ranked = sorted(((score, code) for code, score in scores.items()), reverse=True)
        if not ranked or ranked[0][0] < _LIKELY:
            return None
        if len(ranked) > 1 and ranked[0][0] - ranked[1][0] < 0.1:
            return None
        return Match((ranked[0][1],), 0.9 * ranked[0][0])

    @cached_property
    def _phrases(self) -> tuple[tuple[str, tuple[str, ...], str], ...]:
        named = [(code.code, phrase) for code in self.codes for phrase in (*code.label.values(), *code.names)]
        named += [
            (code, str(phrase)) for code, phrases in (self.vocabulary or {}).items() for phrase in phrases
        ]
        return tuple((code, words(phrase), normalise(phrase)) for code, phrase in dict.fromkeys(named))


def _spelt_alike(one: str, other: str) -> float:
    """How alike two words are spelt; 0 below what a slip of the keyboard makes."""
    if len(one) < 6 or abs(len(one) - len(other)) > 2 or one[0] != other[0]:
        return 0.0
    matcher = SequenceMatcher(None, one, other)
    ratio = matcher.ratio() if matcher.quick_ratio() >= _SPELLING else 0.0
    return ratio if ratio >= _SPELLING else 0.0


def load_lexicon(standard: Standard) -> Lexicon:
    """The words for a standard."""
    document = yaml.safe_load((files("tiphub.mapping.draft") / "vocabulary.yml").read_text("utf-8"))
    return Lexicon(standard, document)


@cache
def name_score(header: str, phrase: str) -> float:
    """How well a column's name fits a phrase: 1 where it is the same, 0 where no word is shared."""
    if header == phrase:
        return 1.0
    mine, theirs = words(header), words(phrase)
    if mine == theirs:
        return 0.98
    if set(mine) == set(theirs):
        return 0.95
    if theirs in _ALONE:
        return 0.0
    if theirs and set(theirs) < set(mine):
        return 0.5 + 0.4 * len(set(theirs)) / len(set(mine))
    return 0.8 * likeness(mine, theirs)
