"""Words as they are compared: without accents, articles and endings."""

import re
import unicodedata
from functools import cache

_SMALL = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "or",
        "and",
        "to",
        "by",
        "in",
        "on",
        "at",
        "is",
        "was",
        "for",
        "from",
        "with",
        "into",
        "de",
        "del",
        "la",
        "el",
        "las",
        "los",
        "y",
        "o",
        "u",
        "e",
        "en",
        "por",
        "con",
        "sin",
        "le",
        "les",
        "du",
        "des",
        "d",
        "l",
        "et",
        "ou",
        "un",
        "une",
        "en",
        "au",
        "aux",
        "par",
        "da",
        "do",
        "das",
        "dos",
        "em",
        "no",
        "na",
        "nos",
        "nas",
        "ao",
        "à",
        "os",
        "as",
        "um",
        "uma",
        "su",
        "sua",
    ]
)
_PREFIXES = frozenset(("prs", "vic", "cas", "con", "hte", "org", "fld", "col", "var"))
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NO_WORD = re.compile(r"[\W_]+")
_STEM = 6


@cache
def words(text: str) -> tuple[str, ...]:
    """A text's words, beginnings only, without small words.

    >>> words("vic_MethodsOfControl"), words("Métodos de control")
    (('method', 'contro'), ('metodo', 'contro'))
    """
    spaced = unicodedata.normalize("NFKD", _CAMEL.sub(" ", text))
    bare = "".join(letter for letter in spaced if not unicodedata.combining(letter)).casefold()
    found = [word for word in _NO_WORD.split(bare) if word]
    if len(found) > 1 and found[0] in _PREFIXES:
        found = found[1:]
    kept = [word for word in found if word not in _SMALL] or found
    return tuple(word[:_STEM] for word in kept)


def likeness(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    """How many words two texts share, of all that they have: 0 to 1."""
    if not one or not other:
        return 0.0
    mine, theirs = set(one), set(other)
    return 2 * len(mine & theirs) / (len(mine) + len(theirs))
