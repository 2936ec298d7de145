"""The rule that no number in a story is typed by hand."""

import re
from html import unescape
from itertools import takewhile
from unicodedata import category, numeric

from tiphub.errors import TiphubError

_COUNTS = (
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
    "|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
    "|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|billion|dozen"
)
_PARTS = (
    "half|halves|halved|halving|quarter|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth"
    "|(?:thir|four|fif|six|seven|eigh|nine)teenth|(?:twen|thir|for|fif|six|seven|eigh|nine)tieth"
    "|hundredth|thousandth|millionth|billionth"
)
_TIMES = "twice|thrice|(?:doubl|tripl|trebl|quadrupl|quintupl)(?:e|es|ed|ing)"
_WORDS = (
    rf"(?:{_COUNTS})s?|(?:{_PARTS})s?|(?:{_COUNTS})-?fold|{_TIMES}|none|nil|nought|naught|zero(?:e?s)?"
    r"|per\s+cent|percent|majority|most|minority\s+of|couples?\s+of|scores\s+of"
    r"|one\s+(?:in|of\s+every|out)|(?:only|just|exactly)\s+one"
    r"|once\s+(?:an?|per|every|in|out|or)"
)
"""“One”, “first”, “second”, “once” and “nobody” count nothing in ordinary prose and pass; what makes a number
of them (“one in”, “only one”, “once a”) does not."""

_SIGN = re.compile(r"[%٪‰‱％﹪]")
_WORD = re.compile(rf"\b(?:{_WORDS})\b", re.IGNORECASE)
_ROMAN = re.compile(r"\b(?:[MDCLXVI]{2,}|[ivx]{2,})\b")
_ROMAN_NUMBER = re.compile(r"M*(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})", re.IGNORECASE)
_ABBREVIATIONS = frozenset({"CC", "CD", "CM", "CV", "DC", "LCD", "MC", "MD", "ML", "MM"})
_MARKS = str.maketrans("", "", "*_`\\")


def typed_number(text: str) -> str:
    """The first number in a text, in figures or in words; nothing if there is none.

    >>> typed_number("Almost half of them"), typed_number("No one of them"), typed_number("In ٣ cases")
    ('half', '', '٣')
    >>> typed_number("A fifth, ½, Ⅻ"), typed_number("Chapter XII"), typed_number("Once they arrive")
    ('fifth', 'XII', '')
    """
    place = _find(text)
    return place[1] if place else ""


def refuse_numbers(text: str, where: str) -> None:
    """Refuse a text with a number.

    Raises:
        TiphubError: there is one; it says on which line.
    """
    if (found := _find(text)) is None:
        return
    line = _plain(text)[: found[0]].count("\n")
    raise TiphubError(
        f"A number is typed by hand: “{found[1]}”.",
        where=f"{where}, line {line + 1}: {text.splitlines()[line].strip()[:80]}",
        do="Let {{ finding: … }}, {{ number: … }}, {{ define: … }} or {{ cite: … }} say it, or do without a"
        " number.",
    )


def _find(text: str) -> tuple[int, str] | None:
    """Where the first number stands in the plain text, and what it is."""
    plain = _plain(text)
    found = [(item.start(), item[0]) for item in (_SIGN.search(plain), _WORD.search(plain)) if item]
    found += [(item.start(), item[0]) for item in _ROMAN.finditer(plain) if _is_roman(item[0])][:1]
    figures = (place for place, sign in enumerate(plain) if numeric(sign, None) is not None)
    found += [(place, "".join(takewhile(_of_a_figure, plain[place:])).rstrip(".,")) for place in figures][:1]
    return min(found, default=None)


def _plain(text: str) -> str:
    """What a reader sees: no marks of Markdown, no characters without a width, no entities."""
    seen = unescape(text).translate(_MARKS)
    return "".join(sign for sign in seen if category(sign) != "Cf")


def _of_a_figure(sign: str) -> bool:
    return sign in ".,%" or numeric(sign, None) is not None


def _is_roman(word: str) -> bool:
    return word not in _ABBREVIATIONS and _ROMAN_NUMBER.fullmatch(word) is not None
