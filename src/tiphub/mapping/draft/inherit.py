"""Recognise a file that follows one of the standard's layouts, and say what it does otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from tiphub.mapping.draft.candidates import Candidate
from tiphub.mapping.draft.dates import find_dates
from tiphub.mapping.draft.lexicon import Lexicon
from tiphub.mapping.draft.model import FieldEntry, GroupEntry, Line
from tiphub.mapping.draft.profile import Profile
from tiphub.mapping.draft.values import items
from tiphub.mapping.spec import FieldMapping, GroupMapping, Layout
from tiphub.mapping.text import normalise

_ENOUGH = 0.6
_AT_LEAST = 4
Key = tuple[str, ...]


@dataclass(frozen=True)
class Fit:
    """A layout that the file follows.

    ``share`` is the part of the layout's columns in use that the file has; ``missing`` are the others.
    """

    layout: Layout
    share: float
    missing: tuple[str, ...]


def best_layout(lexicon: Lexicon, columns: frozenset[str]) -> Fit | None:
    """The layout of whose columns the file has the greatest part, if that is most of them."""
    fits = []
    for layout in lexicon.layouts.values():
        used = _used(layout)
        missing = tuple(names[0] for names in used if not columns.intersection(names))
        here = len(used) - len(missing)
        if here >= _AT_LEAST and here >= _ENOUGH * len(used):
            fits.append((here / len(used), here, Fit(layout, here / len(used), missing)))
    return max(fits, key=lambda entry: entry[:2])[2] if fits else None


def _used(layout: Layout) -> list[tuple[str, ...]]:
    mapping = layout.mapping
    used = [entry.columns for entry in mapping.fields.values() if entry.columns]
    used += [entry.columns for entry in mapping.groups.values() if entry.columns]
    used += [names for entry in mapping.groups.values() for names in entry.flags.values()]
    used += [(name,) for entry in mapping.groups.values() for name in entry.together]
    return used


def inherited(
    fit: Fit, chosen: Mapping[Key, Candidate], profiles: Mapping[str, Profile], lexicon: Lexicon
) -> dict[str, str]:
    """The fields and groups that need no line of their own: the layout reads their columns as they are.

    Returns their keys, such as ``fields.gender``, with the column or columns.
    """
    found: dict[str, str] = {}
    mapping = fit.layout.mapping
    read = _Inheritance(chosen, profiles, lexicon, frozenset(mapping.unknown))
    for name, entry in mapping.fields.items():
        if column := read.field(name, entry):
            found[f"fields.{name}"] = column
    for name, group in mapping.groups.items():
        if columns := read.group(name, group):
            found[f"groups.{name}"] = columns
    return found


def _present(names: tuple[str, ...], profiles: Mapping[str, Profile]) -> str | None:
    return next((name for name in names if name in profiles), None)


@dataclass(frozen=True)
class _Inheritance:
    """Asks whether a layout's entries read the file's cells as they are."""

    chosen: Mapping[Key, Candidate]
    profiles: Mapping[str, Profile]
    lexicon: Lexicon
    unknown: frozenset[str]

    def field(self, name: str, entry: FieldMapping) -> str | None:
        """The column that the layout's entry reads; ``None`` where the file says it otherwise."""
        column = _present(entry.columns, self.profiles)
        candidate = self.chosen.get(("fields", name))
        if column is None or candidate is None:
            return column
        found = candidate.entry
        if candidate.column != column or not isinstance(found, FieldEntry):
            return None
        if found.read == "date":
            forms = find_dates(self.profiles[column].values).forms
            return column if found.line.settled and set(forms) <= set(entry.formats) else None
        mine = {normalise(text) for text in (*entry.values, *entry.unknown, *self.unknown)}
        texts = found.valued.listed if found.valued else ()
        return column if all(normalise(text) in mine for text in texts) else None

    def group(self, name: str, entry: GroupMapping) -> str | None:
        """The columns that the layout's entry reads; ``None`` where it does not understand them."""
        column = _present(entry.columns, self.profiles)
        candidate = self.chosen.get(("groups", name))
        for key, found in self.chosen.items():
            if key[:3] == ("groups", name, "flags") and found.column not in entry.flags.get(key[3], ()):
                return None
        if candidate is not None and (candidate.column != column or not self._cells(name, entry, candidate)):
            return None
        names = [column] if column else []
        names += [one for options in entry.flags.values() if (one := _present(options, self.profiles))]
        return ", ".join(names) if names else None

    def _cells(self, name: str, entry: GroupMapping, candidate: Candidate) -> bool:
        matcher = self.lexicon.group_matcher(name)
        mine = {normalise(text) for text in (*entry.values, *entry.unknown, *self.unknown)}
        signs = tuple(sign for sign in entry.split if sign != " ")
        found = items(self.profiles[candidate.column].values, signs)
        read = sum(
            count
            for text, count in found.items()
            if normalise(text) in mine or ((match := matcher.find(text, near=False)) and match.known)
        )
        valued = candidate.entry.valued if isinstance(candidate.entry, GroupEntry) else None
        wanted = min(0.99, valued.share or 0.0) if valued else 0.0
        return not found or read >= wanted * sum(found.values())


def merged(entry: GroupEntry | None, parent: GroupMapping, profiles: Mapping[str, Profile]) -> GroupEntry:
    """A group's own entry with what the layout says, as an entry replaces the layout's as a whole."""
    flags = {
        option: Line("", column, 1.0, "as in the layout")
        for option, names in parent.flags.items()
        if (column := _present(names, profiles))
    }
    together = {column: options for column, options in parent.together.items() if column in profiles}
    base = entry or GroupEntry()
    return replace(base, flags={**flags, **base.flags}, together=together, yes=parent.yes, no=parent.no)
