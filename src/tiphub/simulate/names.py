"""Names that nobody bears: made of syllables, so that no row can be taken for a real person."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_FIRST = (
    "Va",
    "Zo",
    "Quel",
    "Ix",
    "Tru",
    "Bel",
    "Ory",
    "Fen",
    "Gax",
    "Lum",
    "Nar",
    "Pli",
    "Sef",
    "Uth",
    "Wim",
    "Yol",
)
_MIDDLE = ("ba", "do", "fi", "gu", "ke", "lo", "mi", "nu", "pa", "ri", "so", "tu", "ve", "xa", "zi", "qua")
_LAST = (
    "bor",
    "dex",
    "fyl",
    "gond",
    "kum",
    "lith",
    "mox",
    "nep",
    "phar",
    "quen",
    "rusk",
    "stil",
    "thap",
    "vool",
    "wex",
    "zan",
)


def given_names(rng: np.random.Generator, people: int) -> pa.Array:
    """Draw given names such as "Zorifi" (4,096 in all)."""
    return _joined(rng, people, (_FIRST, _MIDDLE, _MIDDLE))


def family_names(rng: np.random.Generator, people: int) -> pa.Array:
    """Draw family names such as "Gaxlothap" (4,096 in all)."""
    return _joined(rng, people, (_FIRST, _MIDDLE, _LAST))


def misspelt(rng: np.random.Generator, names: pa.Array, share: float) -> pa.Array:
    """Write a share of the names as another hand would: two letters after the first exchanged."""
    others = pc.binary_join_element_wise(
        pc.utf8_slice_codeunits(names, 0, 1),
        pc.utf8_slice_codeunits(names, 2, 3),
        pc.utf8_slice_codeunits(names, 1, 2),
        pc.utf8_slice_codeunits(names, 3),
        "",
    )
    return pc.if_else(pa.array(rng.random(len(names)) < share), others, names)


def _joined(rng: np.random.Generator, people: int, syllables: tuple[tuple[str, ...], ...]) -> pa.Array:
    parts = [pa.array(row).take(pa.array(rng.integers(0, len(row), people))) for row in syllables]
    return pc.binary_join_element_wise(*parts, "")
