"""What a release says of its protection, in the reader's language.

A release says it in English, for people and programs alike. Sentences that are known, by their words around
the numbers, are in the portal's texts; others stay as the release has them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from string import Formatter
from typing import Any

from tiphub.portal.texts import Texts, sentences

KEYS = "protection."


@dataclass(frozen=True, slots=True)
class Promise:
    """One sentence; ``foreign`` where it is in English on a page that is not."""

    text: str
    foreign: bool


def promises(value: Any, t: Texts) -> list[Promise]:
    """The sentences of a statement, one or several."""
    listed = [value] if isinstance(value, str) else [str(item) for item in value]
    return [_promise(text, t) for text in listed]


def _promise(text: str, t: Texts) -> Promise:
    if t.language == "en":
        return Promise(text, foreign=False)
    for key, pattern in _known().items():
        if found := pattern.fullmatch(text):
            return Promise(t(key, **found.groupdict()), foreign=False)
    return Promise(text, foreign=True)


@cache
def _known() -> Mapping[str, re.Pattern[str]]:
    """The sentences that are translated, as patterns with the names of their numbers."""
    return {key: _pattern(text) for key, text in sentences("en").items() if key.startswith(KEYS)}


def _pattern(text: str) -> re.Pattern[str]:
    parts, named = [], set[str]()
    for plain, name, _, _ in Formatter().parse(text):
        parts.append(re.escape(plain))
        if name:
            parts.append(f"(?P={name})" if name in named else rf"(?P<{name}>\d\S*)")
            named.add(name)
    return re.compile("".join(parts))
