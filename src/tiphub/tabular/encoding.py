"""Which characters the bytes stand for: declared, provable, or found and told; never guessed silently."""

import codecs
from dataclasses import dataclass

from tiphub.errors import TiphubError
from tiphub.tabular.source import Survey

_HOLES = frozenset(b"\x81\x8d\x8f\x90\x9d")
_CONTROLS = (*range(9), *range(14, 26))
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# What office programmes write, the usual ones first: of two that read a file alike the first is taken.
_CANDIDATES = (
    "windows-1252", "windows-1250", "windows-1251", "windows-1256", "windows-1253", "windows-1254",
    "windows-1255", "windows-1257", "windows-1258", "cp874", "koi8-r", "cp850", "mac-roman",
    "gb18030", "big5", "shift_jis", "euc-kr",
)  # fmt: skip

# Spanish, Portuguese, French, Italian, German and Nordic letters. Central European encodings share most of
# them at the same places, so where all odd characters are among these, the Western reading is likelier.
_WESTERN = frozenset("áàâäãåæçéèêëíìîïñóòôöõøœúùûüßÁÀÂÄÃÅÆÇÉÈÊËÍÌÎÏÑÓÒÔÖÕØŒÚÙÛÜ¿¡«»ºª°€‘’“”–—…·\u00a0")


@dataclass(frozen=True)
class Encoding:
    """The name of an encoding, and how it was found where it was not declared."""

    name: str
    note: str | None = None


def find_encoding(survey: Survey, declared: str | None, *, where: str) -> Encoding:
    """The encoding of a text file.

    Raises:
        TiphubError: the declared one does not exist, the file is no text, or no encoding can be told with
            confidence.
    """
    if declared is not None:
        return Encoding(_known(declared, where))
    for mark, name in _MARKS:
        if survey.head.startswith(mark):
            return Encoding(name)
    if wide := _wide(survey.head):
        return Encoding(wide, f"read as {wide}: every other byte is empty")
    if sum(survey.head.count(byte) for byte in _CONTROLS) > len(survey.head) // 100:
        raise TiphubError(
            "This is a binary file, not a table of text.",
            where=where,
            do="Export the data as CSV, XLSX, ODS, JSON Lines or Parquet.",
        )
    if survey.damaged_utf8 == 0:
        return Encoding("utf-8")
    if survey.good_utf8 > survey.damaged_utf8 or survey.damaged_utf8 <= survey.lines / 100:
        # Safe: a row that is no UTF-8 is told as such, none is read wrongly.
        return Encoding("utf-8", f"read as utf-8 with {survey.damaged_utf8:,} undecodable places")
    return _detect(_without_holes(survey.odd), where)


def _known(name: str, where: str) -> str:
    try:
        found = codecs.lookup(name)
        if not found._is_text_encoding:  # noqa: SLF001
            raise LookupError
    except LookupError:
        raise TiphubError(
            f"There is no encoding called {name!r}.",
            where=where,
            do="Usual ones: utf-8, windows-1252 (Western European), windows-1251 (Cyrillic), utf-16.",
        ) from None
    return name


def _wide(head: bytes) -> str | None:
    sample = head[: len(head) // 2 * 2]
    if len(sample) < 4:
        return None
    half = len(sample) // 2
    high, low = sample[1::2].count(0) / half, sample[0::2].count(0) / half
    if high > 0.5 and low < 0.1:
        return "utf-16-le"
    return "utf-16-be" if low > 0.5 and high < 0.1 else None


def _without_holes(sample: bytes) -> bytes:
    """Leave out the few lines with bytes that stand for nothing in windows-1252: single damaged rows."""
    lines = sample.splitlines()
    whole = [line for line in lines if not _HOLES.intersection(line)]
    return b"\n".join(whole if len(whole) >= 0.95 * len(lines) else lines)


def _detect(sample: bytes, where: str) -> Encoding:
    from charset_normalizer import from_bytes  # noqa: PLC0415

    matches = from_bytes(sample, cp_isolation=list(_CANDIDATES), threshold=0.2, enable_fallback=False)
    ranked = sorted(
        ((match.chaos - match.coherence, _usual(match.could_be_from_charset), match) for match in matches),
        key=lambda entry: (entry[0], _CANDIDATES.index(entry[1])),
    )
    if not ranked:
        raise _unsure(["none of the usual ones fits"], where)
    best = ranked[0][0]
    close = [(name, match) for score, name, match in ranked if score - best < 0.05]
    western = [
        name for name, match in close if name == _CANDIDATES[0] and _WESTERN.issuperset(_beyond_ascii(match))
    ]
    names = western or [name for name, _ in close]
    if len(names) > 1 or ranked[0][2].coherence == 0:
        raise _unsure(names, where)
    return Encoding(
        names[0], f"not UTF-8; read as {names[0]} by its letters: look whether accented words are right"
    )


def _usual(names: list[str]) -> str:
    """The usual one of the encodings that read the sample alike."""
    return next(
        name for name in _CANDIDATES if codecs.lookup(name).name in {codecs.lookup(n).name for n in names}
    )


def _beyond_ascii(match: object) -> set[str]:
    return {letter for letter in str(match) if not letter.isascii()}


def _unsure(names: list[str], where: str) -> TiphubError:
    return TiphubError(
        f"The file is not UTF-8, and its encoding cannot be told with confidence ({', '.join(names[:4])}).",
        where=where,
        do="Declare it, as in `file: {encoding: windows-1252}`, or save the file as UTF-8.",
    )
