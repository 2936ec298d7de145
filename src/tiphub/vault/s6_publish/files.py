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
from tiphub.vault.s6_publish.model_tables import model_tables
from tiphub.vault.s6_publish.notes import notes
from tiphub.vault.s6_publish.package import package
from tiphub.vault.s6_publish.pages import codebook_page, readme
from tiphub.vault.s6_publish.tables import as_csv, as_parquet


def as_json(document: Mapping[str, Any]) -> bytes:
    """Write JSON with sorted keys: the same document is the same bytes."""
    return (
        json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"
    ).encode()


Writer = Callable[[Draft, Path], bytes]
WRITERS: Mapping[str, Writer] = {
    "records.csv": lambda draft, _: as_csv(draft.records),
    "records.parquet": lambda draft, _: as_parquet(draft.records),
    "counts.csv": lambda draft, _: as_csv(draft.counts),
    "counts.parquet": lambda draft, _: as_parquet(draft.counts),
    "codebook.json": lambda draft, _: as_json(codebook(draft)),
    "codebook.html": lambda draft, _: codebook_page(draft),
    "METHOD.md": lambda draft, _: draft.argument.strip().encode() + b"\n",
    "evaluation.json": lambda draft, _: as_json(draft.evaluation),
    "NOTES.md": lambda draft, _: notes(draft),
    "CITATION.cff": lambda draft, _: citation(draft),
    "datapackage.json": lambda draft, folder: as_json(package(draft, folder)),
    "croissant.json": lambda draft, folder: as_json(croissant(draft, folder)),
    "README.md": lambda draft, _: readme(draft),
}
"""Descriptions of the data files come after the data files, whose sums they carry."""


def writers_of(draft: Draft) -> Mapping[str, Writer]:
    """The files of this release: with the models' tables where the hub declared models."""
    return ({FILE: lambda found, _: model_tables(found)} if draft.models else {}) | dict(WRITERS)
