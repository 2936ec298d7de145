"""What the cells of a column stand for, as one answer or as several."""

import re
from collections import Counter
from collections.abc import Mapping
from itertools import islice

from tiphub.mapping.draft.lexicon import Matcher
from tiphub.mapping.draft.model import Valued

_LOOKED_AT = 400
"""Different texts of a column that are looked up; a column of codes has far fewer."""
_NEAR = 60
SEPARATORS = ((";",), ("|", "\n"), (",",), ("|",), ("\n",), ("/",), (" ",))


def weigh(values: Mapping[str, int], matcher: Matcher, *, near: bool) -> Valued:
    """Look up every text; ``near`` accepts what is like a known word, where it stands more than once."""
    understood = answered = 0
    codes: set[str] = set()
    listed: dict[str, tuple[tuple[str, ...], float]] = {}
    unknown: list[str] = []
    opened: dict[str, int] = {}
    tries = _NEAR if near else 0
    for text, count in islice(values.items(), _LOOKED_AT):
        try_near = tries > 0 and count > 1
        match = matcher.find(text, near=try_near)
        if match is not None and not match.codes and not match.known:
            unknown.append(text)
            continue
        answered += count
        if match is None:
            tries -= try_near
            opened[text] = count
            continue
        understood += count
        codes.update(match.codes)
        if not match.known:
            listed[text] = (match.codes, match.score)
    rest = dict(islice(values.items(), _LOOKED_AT, None))
    answered += sum(rest.values())
    share = understood / answered if answered else None
    return Valued(share, len(codes), listed, tuple(unknown), {**opened, **rest})


def items(values: Mapping[str, int], split: tuple[str, ...]) -> dict[str, int]:
    """The single answers of cells with several, with their counts."""
    cut = re.compile("|".join(map(re.escape, split)))
    counts: Counter[str] = Counter()
    for text, count in values.items():
        for item in cut.split(text):
            if item.strip():
                counts[item.strip()] += count
    return dict(counts.most_common())


def best_split(values: Mapping[str, int], matcher: Matcher) -> tuple[tuple[str, ...], Valued]:
    """The separators that leave the most items understood; of equals the one that makes the fewest items."""
    found: list[tuple[float, int, tuple[str, ...]]] = []
    ways: tuple[tuple[str, ...], ...] = ((), *SEPARATORS)
    for split in ways:
        if split and not any(sign in text for text in values for sign in split):
            continue
        single = items(values, split) if split else dict(values)
        found.append((weigh(single, matcher, near=True).share or 0.0, -len(single), split))
    _, _, best = max(found, key=lambda entry: entry[:2])
    return best or (";",), weigh(items(values, best) if best else dict(values), matcher, near=True)
