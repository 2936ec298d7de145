"""What may be about a person and so must never stand in a mapping, which is not encrypted."""

import re
from collections.abc import Iterable, Mapping

from tiphub.mapping.draft.text import words

_OFTEN = 5
_FEW = 12
_MAIL = re.compile(r"\S@\S")
_DIGITS = re.compile(r"\d")
_NAME = re.compile(r"[^\W\d_a-z][\w'’-]+(?: [^\W\d_a-z][\w'’.-]*)+")
_LONG = 40


def may_show(header: str, values: Mapping[str, int], personal: Iterable[str]) -> bool:
    """Whether an unplaced column's values may be named: few, each frequent, none like a person's data.

    >>> may_show("status", {"open": 40, "closed": 9}, ["name", "phone"])
    True
    >>> may_show("status", {"open": 40, "Ana Ruiz": 9}, ["name", "phone"])
    False
    """
    if not values or len(values) > _FEW or sounds_personal(header, personal):
        return False
    return all(
        count >= _OFTEN and not looks_personal(text) and not _DIGITS.search(text)
        for text, count in values.items()
    )


def sounds_personal(header: str, personal: Iterable[str]) -> bool:
    """Whether a column's name is one of those under which people are described."""
    mine = words(header)
    return any(set(words(phrase)) <= set(mine) for phrase in personal)


def looks_personal(text: str) -> bool:
    """Whether a text looks like a name, a number or an address of a person, or a story."""
    return (
        len(text) > _LONG
        or bool(_MAIL.search(text))
        or len(_DIGITS.findall(text)) >= 4
        or bool(_NAME.search(text))
    )


def recurring(values: Mapping[str, int]) -> dict[str, int]:
    """The values that may be named in a column of codes: a slip or a name stands once or twice only."""
    return {text: count for text, count in values.items() if count >= _OFTEN and not looks_personal(text)}
