"""The rule that no number in a story is typed by hand."""

import re

from tiphub.errors import TiphubError

_WORDS = (
    "half|halves|thirds?|quarters?|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen"
    "|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
    "|hundreds?|thousands?|millions?|billions?|dozens?|twice|thrice|doubled?|tripled?|(?:two|three|four|ten)fold"
    "|percent|majority|most"
)
_NUMBER = re.compile(rf"\d|%|\bper\s+cent\b|\bone\s+(?:in|of\s+every|out)\b|\b(?:{_WORDS})\b", re.IGNORECASE)


def typed_number(text: str) -> str:
    """The first number in a text, in figures or in words; nothing if there is none.

    >>> typed_number("Almost half of them"), typed_number("No one of them"), typed_number("In ٣ cases")
    ('half', '', '٣')
    """
    found = _NUMBER.search(text)
    return found[0] if found else ""


def refuse_numbers(text: str, where: str) -> None:
    """Refuse a text with a number.

    Raises:
        TiphubError: there is one; it says on which line.
    """
    for line, content in enumerate(text.splitlines(), 1):
        if number := typed_number(content):
            raise TiphubError(
                f"A number is typed by hand: “{number}”.",
                where=f"{where}, line {line}: {content.strip()[:80]}",
                do="Let {{ finding: … }}, {{ number: … }}, {{ define: … }} or {{ cite: … }} say it.",
            )
