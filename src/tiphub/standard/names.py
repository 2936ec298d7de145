"""Names as people write them: one spelling for all the ways of typing the same name."""

import re
import unicodedata

_NO_LETTER = re.compile(r"[\W_]+")


def normalise(text: str) -> str:
    """A name without case, accents, punctuation and spaces, in any script.

    >>> normalise("Côte d'Ivoire") == normalise("COTE D’IVOIRE")
    True
    >>> normalise("Guinea-Bissau") == normalise("Guinea")
    False
    """
    return _NO_LETTER.sub("", unicodedata.normalize("NFKD", text).casefold())
