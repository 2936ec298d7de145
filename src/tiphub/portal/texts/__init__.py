"""Every sentence of the interface, one YAML file a language, and how numbers are written in it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from tiphub.standard.model import Text

LANGUAGES = ("en", "fr", "es", "ar")
"""The languages that are switched on: each has every sentence."""

_DIGITS = {"en": (",", "."), "fr": ("\u202f", ","), "es": (".", ","), "ar": (",", ".")}
_LEFTWARD = re.compile(r"[\u0590-\u08ff\u2066-\u2069]")
"""What is written from right to left, or is held in its order already."""

_SEVERAL = re.compile(r"[^\W_][^\w.,]+[^\W_]")
"""Words or figures of which an Arabic line could change the order."""

_PERCENT = {"en": "%", "fr": "\u00a0%", "es": "\u00a0%", "ar": "%"}


@dataclass(frozen=True)
class Texts:
    """The interface in one language."""

    language: str
    sentences: Mapping[str, str]

    @property
    def direction(self) -> str:
        """Which way the language is written."""
        return "rtl" if self.language == "ar" else "ltr"

    @property
    def thousands(self) -> str:
        """What parts the thousands of a number."""
        return _DIGITS[self.language][0]

    @property
    def decimal(self) -> str:
        """What stands before the decimals of a number."""
        return _DIGITS[self.language][1]

    @property
    def short(self) -> str:
        """The language's name where there is little room."""
        return "ع" if self.language == "ar" else self.language.upper()

    @property
    def prefix(self) -> str:
        """What stands before the address of every page in this language."""
        return "" if self.language == "en" else f"/{self.language}"

    def __call__(self, key: str, **values: object) -> str:
        """One sentence, with its values filled in; numbers are written in the language's way."""
        filled = {
            name: self.number(value) if isinstance(value, int) else self.apart(str(value))
            for name, value in values.items()
        }
        return self.sentences[key].format(**filled)

    def or_empty(self, key: str) -> str:
        """A sentence, or nothing where there is none."""
        return self.sentences.get(key, "")

    def number(self, value: int) -> str:
        """A whole number.

        >>> texts("en").number(12345)
        '12,345'
        """
        return f"{value:,}".replace(",", self.thousands)

    def percent(self, share: float, digits: int = 1) -> str:
        """A share between 0 and 1.

        >>> texts("en").percent(0.4035)
        '40.4%'
        """
        return self.decimals(100 * share, digits) + _PERCENT[self.language]

    def interval(self, low: float, high: float) -> str:
        """A 95% interval of a share.

        >>> texts("en").interval(0.369, 0.4391)
        '36.9–43.9%'
        """
        return self.span(self.decimals(100 * low, 1), self.decimals(100 * high, 1) + _PERCENT[self.language])

    def span(self, low: str, high: str) -> str:
        """From one number to another; in Arabic too the smaller one stands on the left."""
        if self.direction == "ltr":
            return f"{low}–{high}"
        ends = (f"\u2067{end}\u2069" if _LEFTWARD.search(end) else end for end in (low, high))
        return f"\u2066{'–'.join(ends)}\u2069"

    def apart(self, text: str) -> str:
        """A text of figures or Latin words, such as a version, kept in its own order amid Arabic.

        >>> texts("ar").apart("2026-11-21") == "\u20662026-11-21\u2069", texts("en").apart("2026-11-21")
        (True, '2026-11-21')
        """
        foreign = self.direction == "rtl" and _SEVERAL.search(text) and not _LEFTWARD.search(text)
        return f"\u2066{text}\u2069" if foreign else text

    def of(self, text: Text) -> str:
        """A text of the standard: in this language, or in English where it is not translated."""
        return text.get(self.language) or text.get("en", "")

    def decimals(self, value: float, digits: int) -> str:
        """A number with decimals.

        >>> texts("fr").decimals(1.049, 2)
        '1,05'
        """
        return f"{value:.{digits}f}".replace(".", self.decimal)


def unbroken(text: str) -> str:
    """The text with its intervals kept on one line (a word joiner after each dash)."""
    return text.replace("–", "–\u2060")


@cache
def texts(language: str) -> Texts:
    """The interface in a language that is switched on."""
    return Texts(language, sentences(language))


def language_of(path: str) -> Texts:
    """The interface in the language of an address.

    >>> language_of("/fr/data").language, language_of("/data").language
    ('fr', 'en')
    """
    first = path.split("/")[1]
    return texts(first if first in LANGUAGES else "en")


def sentences(language: str) -> Mapping[str, str]:
    """The sentences of a language's file."""
    found: dict[str, str] = yaml.safe_load(
        (files("tiphub.portal.texts") / f"{language}.yml").read_text("utf-8")
    )
    return found
