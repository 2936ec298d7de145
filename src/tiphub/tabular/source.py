"""The bytes of a file: unpacked, hashed, looked through once."""

import bz2
import codecs
import gzip
import hashlib
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
import pyarrow as pa

from tiphub.errors import TiphubError

CHUNK = 1 << 20
HEAD = 1 << 18
LONGEST_LINE = 1 << 22
"""Four mebibytes: no case record is longer, and a reader that waits for the line's end fills the memory."""

_MAGIC = {
    b"\x1f\x8b": "gz",
    b"BZh": "bz2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zst",
    b"PK\x03\x04": "zip",
}


@dataclass(frozen=True)
class Source:
    """A file on disk and how it is packed; ``member`` is the one file inside a ZIP archive."""

    path: Path
    compression: str | None = None
    member: str | None = None

    @property
    def name(self) -> str:
        """The file's name, for people."""
        return self.path.name

    def chunks(self, size: int = CHUNK) -> Iterator[bytes]:
        """The unpacked bytes.

        Raises:
            TiphubError: the file ends in the middle, or its compression is damaged.
        """
        try:
            with self._open() as stream:
                while chunk := stream.read(size):
                    yield chunk
        except EOFError:
            raise self._truncated() from None
        except (zlib.error, lzma.LZMAError, zipfile.BadZipFile, gzip.BadGzipFile) as error:
            raise TiphubError(
                f"The {self.compression} file is damaged ({error}).",
                where=self.name,
                do="Ask for the file again.",
            ) from None
        except RuntimeError as error:
            if "password" not in str(error):
                raise
            raise TiphubError(
                "The archive is locked with a password.", where=self.name, do="Hand in the file unpacked."
            ) from None
        except OSError as error:
            if "runcated" in str(error):
                raise self._truncated() from None
            if self.compression is not None and error.errno is None:
                raise TiphubError(
                    f"The {self.compression} file is damaged ({error}).",
                    where=self.name,
                    do="Ask for the file again.",
                ) from None
            raise

    def _open(self) -> IO[bytes] | gzip.GzipFile:
        match self.compression:
            case "gz":
                return gzip.open(self.path)
            case "bz2":
                return bz2.open(self.path)
            case "xz":
                return lzma.open(self.path)
            case "zst":
                stream: IO[bytes] = pa.input_stream(str(self.path), compression="zstd")
                return stream
            case "zip":
                assert self.member is not None  # noqa: S101
                return zipfile.ZipFile(self.path).open(self.member)
            case _:
                return self.path.open("rb")

    def _truncated(self) -> TiphubError:
        return TiphubError(
            "The file ends in the middle: it was not copied or downloaded to its end.",
            where=self.name,
            do="Copy it again and compare the sizes.",
        )


def open_source(path: Path) -> Source:
    """Find out by its first bytes how a file is packed.

    Raises:
        TiphubError: there is no such file, it is empty, or it is an archive of several files.
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(8)
    except FileNotFoundError:
        raise TiphubError("There is no such file.", where=str(path)) from None
    except IsADirectoryError:
        raise TiphubError("This is a folder, not a file.", where=str(path)) from None
    except PermissionError:
        raise TiphubError(
            "The file may not be read.", where=str(path), do="Change its permissions."
        ) from None
    if not head:
        raise TiphubError("The file is empty.", where=path.name, do="Ask the agency to export it again.")
    compression = next((name for magic, name in _MAGIC.items() if head.startswith(magic)), None)
    if compression != "zip":
        return Source(path, compression)
    return _zip_source(path)


def _zip_source(path: Path) -> Source:
    try:
        with zipfile.ZipFile(path) as archive:
            names = [
                name
                for name in archive.namelist()
                if not name.endswith("/") and not name.startswith(("__MACOSX/", ".")) and "/." not in name
            ]
    except zipfile.BadZipFile:
        raise Source(path)._truncated() from None  # noqa: SLF001
    if "[Content_Types].xml" in names or "mimetype" in names:
        return Source(path)
    if len(names) != 1:
        raise TiphubError(
            f"The archive holds {len(names)} files; one is expected.",
            where=path.name,
            do="Unpack it and hand in each file by itself.",
        )
    return Source(path, "zip", names[0])


@dataclass(frozen=True)
class Survey:
    """What one pass over a file tells, so that it is known to be readable before a row is given out.

    ``lines`` counts line breaks; ``damaged_utf8`` is how many places are no UTF-8 and ``good_utf8`` how many
    characters beyond ASCII are; ``odd`` is a sample of the lines that hold bytes beyond ASCII.
    """

    sha256: str
    size: int
    head: bytes
    lines: int
    good_utf8: int
    damaged_utf8: int
    odd: bytes


def hash_file(path: Path) -> tuple[str, int]:
    """The SHA-256 sum and the size of a file as it lies on disk."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
        return digest.hexdigest(), stream.tell()


def survey(source: Source) -> Survey:
    """Read a text file once to its end.

    Raises:
        TiphubError: it ends in the middle, is empty once unpacked, or holds a line that is too long.
    """
    sha256, size = hash_file(source.path)
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    head, odd = b"", bytearray()
    good = damaged = 0
    lines = _Lines(source.name)
    for chunk in source.chunks():
        if len(head) < HEAD:
            head += chunk[: HEAD - len(head)]
        lines.add(chunk)
        text = decoder.decode(chunk)
        if text.isascii():
            continue
        lost = max(0, text.count("\ufffd") - chunk.count(b"\xef\xbf\xbd"))
        damaged += lost
        good += len(text) - len(text.encode("ascii", "ignore")) - lost
        if len(odd) < HEAD:
            odd += b"\n".join(line for line in chunk.splitlines() if not line.isascii())[:HEAD]
    damaged += decoder.decode(b"", final=True).count("\ufffd")
    if not head:
        raise TiphubError("The file is empty.", where=source.name, do="Ask the agency to export it again.")
    return Survey(sha256, size, head, lines.count, good, damaged, bytes(odd))


class _Lines:
    """Counts lines and refuses one that is too long before anything tries to hold it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.count = 0
        self._open = 0

    def add(self, chunk: bytes) -> None:
        if b"\r" in chunk:
            chunk = chunk.replace(b"\r\n", b" \n").replace(b"\r", b"\n")
        breaks = np.flatnonzero(np.frombuffer(chunk, dtype=np.uint8) == 10)
        if breaks.size == 0:
            self._open += len(chunk)
            self._refuse(self._open)
            return
        self._refuse(self._open + int(breaks[0]))
        self.count += int(breaks.size)
        self._open = len(chunk) - int(breaks[-1]) - 1

    def _refuse(self, length: int) -> None:
        if length > LONGEST_LINE:
            raise TiphubError(
                f"Line {self.count + 1:,} is longer than {LONGEST_LINE >> 20} MB: no record is.",
                where=f"{self.name}, line {self.count + 1:,}",
                do="Look at that line: a line break or a closing quote may be missing.",
            )
