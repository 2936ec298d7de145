"""One spelling for many: the same on every engine, since it is a table of characters and no more."""

import string
import unicodedata
from functools import cache

import ibis
import ibis.expr.types as ir

BREAK = "#"
"""Stands around each item of a cell with several answers, once normalised."""

_DROPPED = (
    string.punctuation
    + string.whitespace
    + "\u00a0\u00ad\u200b\u2010\u2011\u2013\u2014«»¿¡؟،…·\u2018\u2019\u201c\u201d"
)
_DROPPED += "\u0300\u0301\u0302\u0303\u0308\u0327"
_PLAIN = "^[ -~]*$"


def _base(letter: str) -> str:
    bare = "".join(part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part))
    return bare if len(bare) == 1 else letter


_ACCENTED = {
    letter: _base(letter)
    for letter in map(chr, range(0xC0, 0x180))
    if letter.islower() and _base(letter) != letter
}
_FROM = "".join(_ACCENTED)
_TO = "".join(_ACCENTED.values())


def _dropped(separators: str) -> str:
    return "".join(letter for letter in _DROPPED if letter not in separators)


def normalise(text: str, separators: str = "") -> str:
    """Lower case, without accents, spaces and punctuation; each of ``separators`` becomes ``BREAK``.

    >>> normalise("Côte d’Ivoire") == normalise(" cote d'ivoire")
    True
    """
    return text.lower().translate(_plain(separators))


@cache
def _plain(separators: str) -> dict[int, int | None]:
    return str.maketrans(separators + _FROM, BREAK * len(separators) + _TO, _dropped(separators))


def normalised(cell: ir.StringValue, separators: str = "") -> ir.StringValue:
    """The same as `normalise`, as an expression; plain ASCII text takes a quicker way to the same end."""
    low = cell.lower()
    broken = low
    for separator in separators:
        broken = broken.replace(separator, BREAK)
    quick = broken.re_replace(f"[^a-z0-9{BREAK if separators else ''}]+", "")
    full = low.translate(separators + _FROM + _dropped(separators), BREAK * len(separators) + _TO)
    return ibis.ifelse(low.re_search(_PLAIN), quick, full)
