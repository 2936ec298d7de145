"""Which format a file has, by what is in it; its name is asked only where the content leaves a choice."""

import zipfile

from tiphub.errors import TiphubError
from tiphub.tabular.source import Source

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FOREIGN = {
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"{\\rtf": "a text document (RTF)",
    b"SQLite format 3": "an SQLite database",
    b"$FL2": "an SPSS file",
    b"<stata_dta>": "a Stata file",
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf": "a 7-Zip archive",
}


def find_format(source: Source) -> str:
    """The format of a file: ``csv``, ``xlsx``, ``ods``, ``jsonl`` or ``parquet``.

    Raises:
        TiphubError: it is a known format that holds no table that can be read.
    """
    head = next(source.chunks(4096), b"")[:4096]
    if head.startswith(b"PK\x03\x04"):
        return _office(source)
    if head.startswith(_OLE):
        raise _old_office(source)
    if head.startswith(b"PAR1"):
        return "parquet"
    for magic, what in _FOREIGN.items():
        if head.startswith(magic):
            raise _foreign(source, what)
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:512].lower().startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<meta", b"<body")):
        raise _foreign(source, "a web page, whatever its name says")
    if start.startswith(b"<?xml"):
        raise _foreign(source, "an XML document")
    if start.startswith(b"{"):
        return "jsonl"
    if start.startswith(b"[") and source.name.lower().split(".")[1:2] == ["json"]:
        return "jsonl"
    return "csv"


def _office(source: Source) -> str:
    if source.compression is not None:
        raise TiphubError(
            "A spreadsheet within an archive.", where=source.name, do="Unpack it and hand it in."
        )
    with zipfile.ZipFile(source.path) as archive:
        names = set(archive.namelist())
        kind = archive.read("mimetype") if "mimetype" in names else b""
    if b"opendocument.spreadsheet" in kind:
        return "ods"
    if any(name.startswith("xl/") for name in names):
        return "xlsx"
    raise _foreign(source, "an office document, but no spreadsheet")


def _old_office(source: Source) -> TiphubError:
    """An office programme's container of old, which also wraps what is locked with a password."""
    if "EncryptedPackage".encode("utf-16-le") in b"".join(source.chunks()):
        return TiphubError(
            "The spreadsheet is locked with a password.",
            where=source.name,
            do="Open it, take the password off, save it, and hand it in over a safe way.",
        )
    return TiphubError(
        "This is a file of an office programme before 2007 (XLS).", where=source.name, do="Save it as XLSX."
    )


def _foreign(source: Source, what: str) -> TiphubError:
    return TiphubError(
        f"This is {what}.",
        where=source.name,
        do="Open it in the programme that wrote it and save it as CSV, XLSX or ODS.",
    )
