"""``croissant.json``: the release as an MLCommons Croissant (1.0) data set."""

from pathlib import Path
from typing import Any

from tiphub.release.manifest import sum_file
from tiphub.release.schema import is_flag, is_integer
from tiphub.standard import Variable
from tiphub.vault.s6_publish import model_tables
from tiphub.vault.s6_publish.draft import ABSTRACT, Draft
from tiphub.vault.s6_publish.licences import licence_of

_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


def croissant(draft: Draft, folder: Path) -> dict[str, Any]:
    """Describe the data files that already lie in ``folder``."""
    about = draft.description
    names = ["records", "counts", *(["models"] if draft.models else [])]
    licence = licence_of(about.licence)
    document: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": about.title,
        "description": ABSTRACT,
        "license": licence.address or licence.title,
        "version": _semantic(draft.version),
        "datePublished": draft.day.isoformat(),
        "creator": {"@type": "sc:Organization", "name": about.organisation},
        "publisher": {"@type": "sc:Organization", "name": about.organisation},
        "citeAs": draft.citation,
        "inLanguage": list(about.languages),
        "isLiveDataset": False,
        "distribution": [_file(folder, f"{name}.csv", "text/csv") for name in names],
        "recordSet": [
            {
                "@type": "cr:RecordSet",
                "@id": "records",
                "name": "records",
                "description": "The records, one a row.",
                "field": [_field(draft, item) for item in draft.variables],
            },
            {
                "@type": "cr:RecordSet",
                "@id": "counts",
                "name": "counts",
                "description": "How many records share one value, or several.",
                "field": [
                    _column("counts", name, "", kind)
                    for name, kind in (
                        ("fields", "sc:Text"),
                        ("values", "sc:Text"),
                        ("count", "sc:Integer"),
                        ("std", "sc:Float"),
                        ("low", "sc:Float"),
                        ("high", "sc:Float"),
                    )
                ],
            },
            *([_models()] if draft.models else []),
        ],
    }
    return document | ({"url": about.homepage} if about.homepage else {})


def _models() -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": "models",
        "name": "models",
        "description": model_tables.ABOUT,
        "field": [_column("models", *column) for column in model_tables.columns()],
    }


def _semantic(version: str) -> str:
    """Croissant wants three numbers: 2026-11-21.2 is 2026.1121.2."""
    day, _, number = version.partition(".")
    year, month, date = day.split("-")
    return f"{int(year)}.{int(month + date)}.{int(number or 1)}"


def _file(folder: Path, name: str, mediatype: str) -> dict[str, Any]:
    measured = sum_file(folder / name)
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": name,
        "contentUrl": name,
        "contentSize": f"{measured.size} B",
        "encodingFormat": mediatype,
        "sha256": measured.sha256,
    }


def _field(draft: Draft, item: Variable) -> dict[str, Any]:
    column = draft.standard.columns[item.name]
    words = ": ".join(text for text in (column.label["en"], column.definition.get("en", "")) if text)
    if is_flag(item):
        words += " (yes, no; empty is unknown)"
    return _column("records", item.name, words, "sc:Integer" if is_integer(item) else "sc:Text")


def _column(table: str, name: str, words: str, kind: str) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": f"{table}/{name}",
        "name": name,
        "description": words or name,
        "dataType": kind,
        "source": {"fileObject": {"@id": f"{table}.csv"}, "extract": {"column": name}},
    }
