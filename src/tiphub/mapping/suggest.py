"""A guess at what an unmapped value was meant to be, for a person to confirm."""

from collections import abc
from difflib import get_close_matches

from tiphub.mapping.spec import FieldMapping, GroupMapping, Mapping
from tiphub.mapping.text import normalise
from tiphub.mapping.words import UNKNOWN, field_words, item_words, leaves
from tiphub.standard import Code, Standard

_NEAR = 0.72


def suggest(standard: Standard, mapping: Mapping, column: str, value: str) -> str:
    """A question such as "did you mean Ukraine (UKR)?" for a value that the mapping does not know.

    Args:
        standard: what could have been meant.
        mapping: what the column is mapped to.
        column: the source column.
        value: the cell as it was sent.

    Returns:
        The question; empty where nothing is near, or where the column is not a matter of words.
    """
    for field in mapping.fields.values():
        if column in field.columns and field.read in {"words", "country"}:
            return _field(field, mapping, standard, value)
    for group in mapping.groups.values():
        if column in group.columns:
            return _items(group, mapping, standard, value)
        if any(column in names for names in group.flags.values()) or column in group.together:
            answers = (
                f"{' '.join(group.yes)} (yes) or {' '.join(group.no)} (no)"
                if group.no
                else " ".join(group.yes)
            )
            return f"expected {answers}, or empty for unknown"
    return ""


def _field(entry: FieldMapping, mapping: Mapping, standard: Standard, value: str) -> str:
    folded = field_words(entry, mapping, standard).folded
    known = {key: code for key, code in folded.items() if code != UNKNOWN}
    if standard.fields[entry.field].kind == "flag":
        code = _nearest(normalise(value), known)
        return f"did you mean {code}?" if code else ""
    labels = {code.code: code for code in leaves(entry.field, standard)}
    found = _nearest(normalise(value), known)
    return f"did you mean {_said(labels[found])}?" if found in labels else ""


def _items(entry: GroupMapping, mapping: Mapping, standard: Standard, value: str) -> str:
    separators = "".join(entry.split).replace(" ", "")
    words = item_words(entry, mapping, standard, "")
    table = str.maketrans(dict.fromkeys(separators, "\n"))
    labels = standard.codes_of(entry.group).by_code
    guesses = []
    for item in value.translate(table).split("\n"):
        key = normalise(item)
        if key and key not in words:
            options = _nearest_options(key, words)
            if options:
                guesses.append(
                    f"“{item.strip()}”: did you mean {' and '.join(_said(labels[o]) for o in options)}?"
                )
    return " ".join(guesses)


def _nearest_options(key: str, words: abc.Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    near = get_close_matches(key, [word for word, options in words.items() if options], n=1, cutoff=_NEAR)
    return words[near[0]] if near else ()


def _nearest(key: str, words: abc.Mapping[str, str]) -> str | None:
    near = get_close_matches(key, words, n=1, cutoff=_NEAR)
    if near:
        return words[near[0]]
    within = {
        code
        for word, code in words.items()
        if len(key) >= 4 and len(word) >= 4 and (key in word or word in key)
    }
    return within.pop() if len(within) == 1 else None


def _said(code: Code) -> str:
    return f"{code.label['en']} ({code.code})"
