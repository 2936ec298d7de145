"""Small questions to a YAML document, each with an error for people."""

from collections import abc
from typing import Any

from tiphub.mapping.document import Document, Path, did_you_mean


def at(found: Document, path: Path) -> Any:
    """What stands at a key path, or ``None``."""
    value = found.value
    for step in path:
        if not isinstance(value, dict) or step not in value:
            return None
        value = value[step]
    return value


def mapping_at(found: Document, path: Path) -> dict[str, Any]:
    """The keys and values at a path; none where nothing stands there."""
    value = at(found, path)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise found.error(path, "Here belong keys with values.", "Write one `key: value` a line.")
    return value


def known_keys(found: Document, path: Path, known: abc.Iterable[str], kind: str = "key") -> dict[str, Any]:
    """The keys and values at a path, of which all must be known."""
    known = tuple(known)
    value = mapping_at(found, path)
    for key in value:
        if key not in known:
            do = did_you_mean(key, known) or f"Known here: {', '.join(known[:30])}."
            raise found.error((*path, key), f"There is no {kind} {key}.", do)
    return value


def text_at(found: Document, path: Path) -> str | None:
    """One text at a path, or ``None``."""
    value = at(found, path)
    if isinstance(value, dict | list):
        raise found.error(path, "Here belongs one text.")
    return value if value is None else str(value)


def texts_at(found: Document, path: Path) -> tuple[str, ...] | None:
    """A list of texts at a path (one text counts as a list of one), or ``None``."""
    value = at(found, path)
    if value is None:
        return None
    items = value if isinstance(value, list) else [value]
    if any(isinstance(item, dict | list) for item in items):
        raise found.error(path, "Here belongs a list of texts.", "Write [one, two].")
    return tuple(item or "" for item in items)


def choice_at(found: Document, path: Path, choices: abc.Sequence[str], default: str) -> str:
    """One of some words at a path."""
    value = text_at(found, path)
    if value is None:
        return default
    if value not in choices:
        do = did_you_mean(value, choices) or f"Write one of {', '.join(choices)}."
        raise found.error(path, f"{value} is not known here.", do)
    return value
