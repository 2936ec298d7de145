"""A source's text, decoded bit by bit."""

import codecs
from collections.abc import Iterator

from tiphub.tabular.source import Source


def decoded(source: Source, encoding: str) -> Iterator[str]:
    """The text in pieces, without a byte order mark; bytes that stand for no character become U+FFFD."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    first = True
    for chunk in source.chunks():
        text = decoder.decode(chunk)
        yield text.removeprefix("\ufeff") if first else text
        first = first and not text
    yield decoder.decode(b"", final=True)


def lines(source: Source, encoding: str) -> Iterator[str]:
    """The lines, without the line breaks; only line feeds and carriage returns break one."""
    left = ""
    for text in decoded(source, encoding):
        *whole, left = (left + text).replace("\r\n", "\n").split("\n")
        yield from whole
    if left:
        yield left
