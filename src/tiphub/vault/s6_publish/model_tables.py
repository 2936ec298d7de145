"""``models.csv`` and how it is described: the noisy tables of the models that the hub declared."""

from typing import Any

from tiphub.release.model_tables import MODEL_TABLES

ABOUT = "Noisy two-way tables of the models that the hub declared; the codebook says what each is of."

_WORDS = {
    "model": "Which of the codebook's models, from 1.",
    "fields": "The two sides of the table, joined by |; what goes by country is joined by +.",
    "values": "Their values, in the same order.",
    "count": "People, with noise; not cut at 0, so that it may be negative.",
    "std": "Standard deviation of the noise.",
}
_TYPES = {
    "int64": ("integer", "sc:Integer"),
    "string": ("string", "sc:Text"),
    "double": ("number", "sc:Float"),
}


def fields() -> list[dict[str, Any]]:
    """The columns for the data package."""
    return [
        {"name": item.name, "type": _TYPES[str(item.type)][0], "description": _WORDS[item.name]}
        for item in MODEL_TABLES
    ]


def columns() -> list[tuple[str, str, str]]:
    """The columns for Croissant: name, description, type."""
    return [(item.name, _WORDS[item.name], _TYPES[str(item.type)][1]) for item in MODEL_TABLES]
