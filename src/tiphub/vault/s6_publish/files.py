"""Each file of a release and the function that writes it, in the order in which they are written."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tiphub.release.model_tables import FILE
from tiphub.vault.s6_publish.citation import citation
from tiphub.vault.s6_publish.codebook import codebook
from tiphub.vault.s6_publish.croissant import croissant
from tiphub.vault.s6_publish.draft import Draft
from tiphub.vault.s6_publish.notes import notes
from tiphub.vault.s6_publish.package import package
from tiphub.vault.s6_publish.pages import codebook_page, readme
from tiphub.vault.s6_publish.tables import write_csv, write_parquet


def as_json(document: Mapping[str, Any]) -> bytes:
    """Write JSON with sorted keys: the same document is the same bytes."""
    return (
        json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"
    ).encode()


Writer = Callable[[Draft, Path], None]
"""Writes the file that the path names."""


def _whole(make: Callable[[Draft], bytes]) -> Writer:
    """The writer of a file that is made in memory."""

    def write(draft: Draft, path: Path) -> None:
        path.write_bytes(make(draft))

    return write


def _about(make: Callable[[Draft, Path], Mapping[str, Any]]) -> Writer:
    """The writer of a description of files that lie in the same folder."""

    def write(draft: Draft, path: Path) -> None:
        path.write_bytes(as_json(make(draft, path.parent)))

    return write


WRITERS: Mapping[str, Writer] = {
    "records.csv": lambda draft, path: write_csv(draft.records, path),
    "records.parquet": lambda draft, path: write_parquet(draft.records, path),
    "counts.csv": lambda draft, path: write_csv(draft.counts, path),
    "counts.parquet": lambda draft, path: write_parquet(draft.counts, path),
    "codebook.json": _whole(lambda draft: as_json(codebook(draft))),
    "codebook.html": _whole(codebook_page),
    "METHOD.md": _whole(lambda draft: draft.argument.strip().encode() + b"\n"),
    "evaluation.json": _whole(lambda draft: as_json(draft.evaluation)),
    "NOTES.md": _whole(notes),
    "CITATION.cff": _whole(citation),
    "datapackage.json": _about(package),
    "croissant.json": _about(croissant),
    "README.md": _whole(readme),
}
"""Descriptions of the data files come after the data files, whose sums they carry."""


def writers_of(draft: Draft) -> Mapping[str, Writer]:
    """The files of this release: with the models' tables where the hub declared models."""
    if draft.models is None:
        return WRITERS
    tables = draft.models.table
    return {FILE: lambda _, path: write_csv(tables, path)} | dict(WRITERS)
