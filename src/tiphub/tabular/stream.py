"""A file's text as a stream of UTF-8 bytes, for Arrow's reader."""

import io
from collections.abc import Iterator
from typing import Any

from tiphub.tabular.source import Source
from tiphub.tabular.text import decoded

_END = "\r\n\x1a"


class Utf8Stream(io.RawIOBase):
    """Reads a source in its encoding and gives UTF-8, with one line of ours put at the end.

    Bytes that stand for no character become U+FFFD. Blank lines at the very end are left out.

    Attributes:
        damaged: whether characters that stand for a loss (U+FFFD, NUL) have gone by so far.
        quoted: whether the quote character has gone by so far.
    """

    def __init__(self, source: Source, encoding: str, quote: str, last_line: str) -> None:
        super().__init__()
        self.damaged = False
        self.quoted = False
        self._quote = quote
        self._last_line = last_line
        self._chunks = self._encode(source, encoding)
        self._left = memoryview(b"")

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer; 0 at the end."""
        while not self._left:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._left = memoryview(chunk)
        size = min(len(buffer), len(self._left))
        buffer[:size] = self._left[:size]
        self._left = self._left[size:]
        return size

    def _encode(self, source: Source, encoding: str) -> Iterator[bytes]:
        held = ""
        for text in decoded(source, encoding):
            self.damaged = self.damaged or "\ufffd" in text or "\x00" in text
            self.quoted = self.quoted or self._quote in text
            body = text.rstrip(_END)
            if body:
                yield (held + body).encode("utf-8", "replace")
                held = ""
            held += text[len(body) :]
        yield f"\n{self._last_line}\n".encode()
