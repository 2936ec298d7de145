"""The rule that no number in a story is typed by hand."""

import re
from html import unescape
from itertools import takewhile
from unicodedata import category, numeric

from tiphub.errors import TiphubError

_TENS = "twen|thir|for|fif|six|seven|eigh|nine"
_COUNTS = (
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
    "|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
    "|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
    "|hundred|thousand|lakh|crore|million|billion|trillion|dozen|(?:two|three|four|six)score"
)
_PARTS = (
    "half|halves|halved|halving|quarter|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth"
    rf"|(?:thir|four|fif|six|seven|eigh|nine)teenth|(?:{_TENS})tieth"
    "|hundredth|thousandth|millionth|billionth"
)
_TIMES = (
    "twice|thrice|(?:re)?(?:doubl|tripl|trebl|quadrupl|quintupl|sextupl|septupl|octupl|decupl)(?:e|es|ed|ing)"
)
_GROUPS = (
    r"couples?\s+of|pairs?\s+of|a\s+brace\s+of|a\s+gross\s+of|a\s+score\s+of|scores\s+of|handfuls?\s+of"
    "|duos?|trios?|quartets?|quintets?|sextets?"
)
_ONES = (
    r"one\s+(?:in|of\s+every|out)|one\s+\S+\s+(?:for|of|in|out\s+of)\s+(?:every|each)"
    r"|(?:only|just|exactly|not)\s+one|not\s+a\s+single|single[\s-]+(?:digit|figure)s?"
    r"|once\s+(?:an?|per|every|in|out|or)|a\s+percentage\s+point"
)
_RANKS = (
    r"every\s+(?:other|second)|each\s+second"
    r"|second[\s-]+(?:to\s+)?(?:last|(?:larg|bigg|great|high|low|small|few|rar|common|old|young|b)est|worst|least)"
)
_WORDS = (
    rf"(?:{_COUNTS})s?|(?:{_TENS})ties|(?:{_PARTS})s?|(?:{_COUNTS})-?fold|{_TIMES}|{_GROUPS}|{_ONES}|{_RANKS}"
    r"|none|nil|nought|naught|zero(?:e?s)?|per\s+cent|percent|pct|majority|most|minority\s+of"
)
"""“One”, “first”, “second”, “once” and “nobody” count nothing in ordinary prose and pass; what makes a number
of them (“one in”, “only one”, “every second”, “once a”) does not. “Few”, “several” and “many” pass too."""

_PLACES = "section|chapter|paragraph|story|chart|picture|question|heading|article|sentence|line"
_IDIOMS = re.compile(
    rf"\bthe\s+(?:{_PARTS})\s+(?:{_PLACES})\b"
    r"|\bthird[\s-]+(?:part(?:y|ies)|countr(?:y|ies)|persons?)\b"
    r"|\bhalf-(?:brother|sister|sibling|truth|hearted|open)(?:s|ly)?\b"
    r"|\b(?:living|sleeping|close|crew)\s+quarters\b"
    r"|\bdouble[\s-]+(?:standards?|binds?|life|lives|edged|check(?:s|ed|ing)?)\b|\bzero[\s-]tolerance\b",
    re.IGNORECASE,
)
"""What is no number, although a word of one is in it."""

_SIGN = re.compile(r"[%٪‰‱％﹪]")
_WORD = re.compile(rf"\b(?:{_WORDS})\b", re.IGNORECASE)
_ROMAN = re.compile(r"\b(?:[MDCLXVI]{2,}|[ivx]{2,})\b")
_ROMAN_NUMBER = re.compile(r"M*(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})", re.IGNORECASE)
_ABBREVIATIONS = frozenset({"CC", "CD", "CM", "CV", "DC", "LCD", "MC", "MD", "ML", "MM"})
_HEADS = (
    "Act|Annex|Appendix|Article|Book|Chapter|Class|Figure|Level|Number|Part|Phase|Protocol|Schedule|Section"
    "|Stage|Step|Table|Tier|Title|Type|Volume|War"
)
_ALONE = re.compile(
    r"(?<![\w.'’-])(?<!Malcolm )(?<!Generation )(?<!Mr )(?<!Ms )(?<!Mrs )[VX](?![\w'’-]|\.\w|\.\s+[A-Z])"
    rf"|\b(?i:{_HEADS})\s+[VXivx]\b(?!['’-])|\b(?:{_HEADS})\s+I\b(?!['’-])"
    r"|\([ivxI]\)|^[ \t>#-]*[ivxIVX][.)](?=\s)",
    re.MULTILINE,
)
"""One Roman letter: “X” or “V” that is no name (“X-ray”, “Mr X”), and any that numbers a part or a line."""
_MARKS = str.maketrans("", "", "*_`\\")


def typed_number(text: str) -> str:
    """The first number in a text, in figures or in words; nothing if there is none.

    >>> typed_number("Almost half of them"), typed_number("No one of them"), typed_number("In ٣ cases")
    ('half', '', '٣')
    >>> typed_number("A fifth, ½, Ⅻ"), typed_number("Chapter XII"), typed_number("Once they arrive")
    ('fifth', 'XII', '')
    >>> typed_number("Every second child"), typed_number("The second section"), typed_number("A V-shaped bar")
    ('Every second', '', '')
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
    plain = _IDIOMS.sub(lambda idiom: re.sub(r"\S", " ", idiom[0]), _plain(text))
    found = [(item.start(), item[0]) for kind in (_SIGN, _WORD, _ALONE) if (item := kind.search(plain))]
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
