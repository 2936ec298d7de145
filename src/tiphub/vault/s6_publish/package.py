"""``datapackage.json``: the release as a Frictionless Data Package (version 1 of the specification)."""

from pathlib import Path
from typing import Any

from tiphub.release.manifest import sum_file
from tiphub.release.schema import is_flag, is_integer
from tiphub.standard import Variable
from tiphub.vault.ledger import Booking
from tiphub.vault.s6_publish import model_tables
from tiphub.vault.s6_publish.draft import ABSTRACT, Contributor, Draft
from tiphub.vault.s6_publish.licences import licence_of


def package(draft: Draft, folder: Path) -> dict[str, Any]:
    """Describe the data files that already lie in ``folder``."""
    about = draft.description
    homepage = {"homepage": about.homepage} if about.homepage else {}
    return homepage | {
        "profile": "data-package",
        "name": "tip-cases",
        "title": about.title,
        "description": f"{ABSTRACT} README.md says how to read it, METHOD.md how it was protected.",
        "version": draft.version,
        "created": f"{draft.day.isoformat()}T00:00:00Z",
        "keywords": ["trafficking in persons", "human trafficking", "open data"],
        "licenses": [licence_of(about.licence).in_package],
        "contributors": [
            {"title": about.organisation, "role": "publisher"},
            *(_contributor(agency) for agency in about.agencies),
        ],
        "resources": [
            _table(folder, "records", "The records, one a row.", _records(draft)),
            _table(folder, "counts", "How many records share one value, or several.", _counts()),
            _file(folder, "records-parquet", "records.parquet", "The records, typed."),
            _file(folder, "counts-parquet", "counts.parquet", "The counts, typed."),
            *([_table(folder, "models", model_tables.ABOUT, model_tables.fields())] if draft.models else []),
        ],
        "tiphub": {
            "standard": draft.standard.version,
            "method": draft.statement["method"],
            "statement": dict(draft.statement),
            "smallest_count": draft.smallest_count,
            "quasi_identifiers": list(draft.quasi_identifiers),
            "years": list(about.years),
            "languages": list(about.languages),
            "records": draft.records.num_rows,
            "previous_version": draft.previous.version if draft.previous else None,
            "citation": draft.citation,
            "contact": about.contact,
            "ledger": _ledger(draft.booking) if draft.booking else None,
        },
    }


def _ledger(booking: Booking) -> dict[str, Any]:
    """The entry of the hub's privacy ledger that paid for the release."""
    return {"entry": booking.number, "sha256": booking.sha256}


def _contributor(agency: Contributor) -> dict[str, Any]:
    optional = {"description": agency.description, "licence": agency.licence, "records": agency.records}
    return {"title": agency.name, "role": "contributor"} | {
        key: value for key, value in optional.items() if value
    }


def _file(folder: Path, name: str, file: str, description: str) -> dict[str, Any]:
    measured = sum_file(folder / file)
    return {
        "name": name,
        "path": file,
        "type": "file",
        "profile": "data-resource",
        "description": description,
        "format": file.rpartition(".")[2],
        "mediatype": "application/vnd.apache.parquet",
        "bytes": measured.size,
        "hash": f"sha256:{measured.sha256}",
    }


def _table(folder: Path, name: str, description: str, fields: list[dict[str, Any]]) -> dict[str, Any]:
    measured = sum_file(folder / f"{name}.csv")
    return {
        "name": name,
        "path": f"{name}.csv",
        "profile": "tabular-data-resource",
        "description": description,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": measured.size,
        "hash": f"sha256:{measured.sha256}",
        "schema": {"fields": fields, "missingValues": [""]},
    }


def _records(draft: Draft) -> list[dict[str, Any]]:
    return [_field(draft, item) for item in draft.variables]


def _field(draft: Draft, item: Variable) -> dict[str, Any]:
    column = draft.standard.columns[item.name]
    field: dict[str, Any] = {
        "name": item.name,
        "title": column.label["en"],
        "description": column.definition.get("en", ""),
    }
    if is_flag(item):
        return field | {"type": "boolean", "trueValues": ["yes"], "falseValues": ["no"]}
    if is_integer(item):
        bounds = {"minimum": int(item.values[0]), "maximum": int(item.values[-1])}
        return field | {"type": "integer", "constraints": bounds}
    return field | {"type": "string", "constraints": {"enum": list(item.values)}}


def _counts() -> list[dict[str, Any]]:
    return [
        {
            "name": "fields",
            "type": "string",
            "description": "The columns counted over, joined by |. GROUP:answered, where it is there, is yes"
            " for records with any option of the group: the denominator of its shares."
            " country_of_exploitation:own is whether people were exploited in their country of citizenship.",
        },
        {"name": "values", "type": "string", "description": "Their values, joined by |; unknown is empty."},
        {"name": "count", "type": "integer", "description": "Records with these values."},
        {
            "name": "std",
            "type": "number",
            "description": "Standard deviation of the noise, where noise was added.",
        },
        {
            "name": "low",
            "type": "number",
            "description": "Lower end of the 95% interval, where noise was added.",
        },
        {
            "name": "high",
            "type": "number",
            "description": "Upper end of the 95% interval, where noise was added.",
        },
    ]
