"""The style sheet and the mark, each at an address that changes with its content."""

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

KINDS = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}


@cache
def assets() -> Mapping[str, bytes]:
    """The files of ``static/`` by name."""
    folder = files("tiphub.portal") / "static"
    return {
        item.name: item.read_bytes() for item in folder.iterdir() if item.name.rpartition(".")[2] in KINDS
    }


@cache
def digest() -> str:
    """A short name for the content of all files that a page is made with."""
    found = hashlib.sha256()
    for folder in ("static", "templates", "texts"):
        for item in sorted((files("tiphub.portal") / folder).iterdir(), key=lambda item: item.name):
            if item.is_file():
                found.update(item.read_bytes())
    return found.hexdigest()[:12]
