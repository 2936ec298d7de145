"""YAML as text with line numbers: no value is guessed to be a number, a date or a truth."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import yaml

from tiphub.errors import TiphubError

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Document:
    """A parsed YAML file: dictionaries, lists, text and ``None``; ``lines`` is where each of them stands."""

    source: str
    value: Any
    lines: dict[Path, int]

    def error(self, path: Path, what: str, do: str = "") -> TiphubError:
        """An error at a key path, for the person who wrote the file."""
        line = next((self.lines[path[:n]] for n in range(len(path), -1, -1) if path[:n] in self.lines), 1)
        key = ".".join(str(step) for step in path)
        return TiphubError(what, where=f"{self.source}, line {line}" + (f", {key}" if key else ""), do=do)


def parse(text: str, source: str) -> Document:
    """Read YAML where every scalar is text, so that ``yes``, ``NO`` and ``-99`` mean themselves.

    Raises:
        TiphubError: it is not YAML, or a key stands twice.
    """
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        what = f"This is not YAML: {error.problem}."
        raise TiphubError(
            what, where=f"{source}, line {line}", do="Check indentation, quotes and colons."
        ) from None
    except yaml.YAMLError as error:
        raise TiphubError(f"This is not YAML: {error}.", where=source) from None
    if node is None:
        return Document(source, {}, {})
    lines: dict[Path, int] = {}
    _refuse_aliases(node, source, set())
    return Document(source, _plain(node, (), source, lines), lines)


def _refuse_aliases(node: yaml.Node, source: str, seen: set[int]) -> None:
    """One node in two places is a reference (``*name``): a short file could then stand for an endless one."""
    if id(node) in seen:
        what = "References (&name, *name) are not read here."
        raise TiphubError(
            what, where=f"{source}, line {node.start_mark.line + 1}", do="Write the text again."
        )
    seen.add(id(node))
    if isinstance(node, yaml.CollectionNode):
        for item in node.value:
            for part in item if isinstance(item, tuple) else (item,):
                _refuse_aliases(part, source, seen)


def _plain(node: yaml.Node, path: Path, source: str, lines: dict[Path, int]) -> Any:
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key, item in node.value:
            at = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise TiphubError("A key must be one text.", where=f"{source}, line {at}")
            name = str(key.value)
            if name in found:
                what = f"The key {name} stands twice (first on line {lines[*path, name]})."
                raise TiphubError(what, where=f"{source}, line {at}", do="Keep one of them.")
            lines[*path, name] = at
            found[name] = _plain(item, (*path, name), source, lines)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*path, place), source, lines) for place, item in enumerate(node.value)]
    empty = isinstance(node, yaml.ScalarNode) and node.style is None and node.value in {"", "~", "null"}
    return None if empty else str(node.value)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A sentence that names the nearest known words, or nothing.

    >>> did_you_mean("gendr", ["gender", "age"])
    'Did you mean gender?'
    """
    folded = {item.casefold(): item for item in known}
    near = get_close_matches(name.casefold(), folded, n=2, cutoff=0.6)
    return f"Did you mean {' or '.join(folded[item] for item in near)}?" if near else ""
