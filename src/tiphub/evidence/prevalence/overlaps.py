"""Counts of people by the exact combination of lists that they are on: what prevalence is estimated from."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tiphub.errors import TiphubError

MOST_LISTS = 8
"""More lists than this leave almost every combination empty; join the ones that are alike instead."""

MOST_PEOPLE = 10_000_000_000
"""More people than this have never lived at one time."""

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Overlaps:
    """How many people were seen by exactly this combination of lists.

    Attributes:
        lists: The lists' names, in order.
        counts: One count for each combination, in the order of ``combinations(len(lists))``.
        name: What the system is called in a report.
        published: A range published for the hidden total, to compare with; never used in an estimate.
    """

    lists: tuple[str, ...]
    counts: tuple[int, ...]
    name: str = ""
    published: tuple[float, float] | None = None

    @property
    def observed(self) -> int:
        """People on at least one list."""
        return sum(self.counts)

    @property
    def table(self) -> Floats:
        """The counts as an array of 2^lists - 1 cells."""
        return np.asarray(self.counts, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class OverlapNoise:
    """Noise that the privacy gate added to every count, the empty combinations' too.

    Attributes:
        std: The scale of the discrete Gaussian (Canonne, Kamath and Steinke 2020): each noisy count is the
            true one plus an integer x with probability proportional to exp(-x^2 / (2 std^2)).
    """

    std: float


def combinations(lists: int) -> NDArray[np.int64]:
    """All combinations of lists but the empty one: a row each, 1 where the person is on the list.

    >>> combinations(2).tolist()
    [[0, 1], [1, 0], [1, 1]]
    """
    return np.asarray([row for row in product((0, 1), repeat=lists) if any(row)], dtype=np.int64)


def overlaps(
    lists: Sequence[str],
    counts: Mapping[str, int],
    *,
    name: str = "",
    published: tuple[float, float] | None = None,
    noisy: bool = False,
) -> Overlaps:
    """Put counts named by their lists ("A+B") in order; a combination not named counts 0.

    Args:
        lists: The lists' names.
        counts: Combination, its lists joined by "+" in any order, to the number of people.
        name: What to call the system in messages.
        published: A published range to show beside the estimates.
        noisy: Whether the counts carry privacy noise: they may then be negative, and every combination must
            be named, because a combination left out would say that it is empty.

    Raises:
        TiphubError: a list or a combination that cannot be, or a count that is no count.
    """
    _check_lists(lists, name)
    order = {item: place for place, item in enumerate(lists)}
    given: dict[tuple[int, ...], int] = {}
    for key, value in counts.items():
        places = _places(key, order, name)
        if places in given:
            raise TiphubError(
                f"The combination {key} is given twice.", where=name, do="Keep one count for it."
            )
        given[places] = _count(key, value, name, noisy=noisy)
    cells = [tuple(int(place) for place in np.flatnonzero(row)) for row in combinations(len(lists))]
    if noisy and (missing := [cell for cell in cells if cell not in given]):
        first = "+".join(lists[place] for place in missing[0])
        what = f"{len(missing)} combinations have no noisy count, such as {first}."
        do = "Hand in all combinations: to leave one out would say, without noise, that it is empty."
        raise TiphubError(what, where=name, do=do)
    found = Overlaps(tuple(lists), tuple(given.get(cell, 0) for cell in cells), name, published)
    if not noisy:
        _check_people(found)
    return found


def read_overlaps(path: Path, *, entry: str | None = None, noisy: bool = False) -> dict[str, Overlaps]:
    """Read one system, or several by name, from a JSON file; names with a leading underscore are notes.

    Args:
        path: The file.
        entry: Read only this system of the file.
        noisy: Whether the counts carry privacy noise.

    Raises:
        TiphubError: no such file, no JSON, no such entry, or no list counts in it.
    """
    entries = _entries(path)
    if entry is not None:
        if entry not in entries:
            near = get_close_matches(entry, entries, 1)
            do = f"Did you mean {near[0]}?" if near else f"Choose from {', '.join(entries)}."
            raise TiphubError(f"The file has no entry {entry}.", where=str(path), do=do)
        entries = {entry: entries[entry]}
    return {name: _entry(found, name, noisy=noisy) for name, found in entries.items()}


def _entries(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise TiphubError("There is no such file.", where=str(path))
    try:
        document = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_no_doubles)
    except UnicodeDecodeError as error:
        raise TiphubError("The file is not UTF-8 text.", where=str(path), do="Save it as UTF-8.") from error
    except RecursionError as error:
        what = "The file is nested too deeply to be list overlaps."
        raise TiphubError(what, where=str(path), do=_FORM) from error
    except json.JSONDecodeError as error:
        what = f"The file is not JSON: {error.msg}."
        raise TiphubError(what, where=f"{path}, line {error.lineno}", do="Correct the file.") from error
    if isinstance(document, dict) and ("lists" in document or "counts" in document):
        return {path.stem: document}
    named = document if isinstance(document, dict) else {}
    entries = {name: found for name, found in named.items() if not name.startswith("_")}
    if not entries:
        raise TiphubError("The file holds no lists.", where=str(path), do=_FORM)
    return entries


_FORM = 'Write {"lists": ["A", "B", "C"], "counts": {"A": 34, "A+B": 3}}.'


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise TiphubError(f"{key} is written twice in the file.", do="Keep one of the two.")
        found[key] = value
    return found


def _entry(entry: Any, name: str, *, noisy: bool) -> Overlaps:
    if not isinstance(entry, dict) or not {"lists", "counts"} <= entry.keys():
        raise TiphubError("The entry has no lists and counts.", where=name, do=_FORM)
    lists, counts = entry["lists"], entry["counts"]
    if not isinstance(lists, list) or not isinstance(counts, dict):
        raise TiphubError("The entry's lists or counts are not in the right form.", where=name, do=_FORM)
    found = overlaps(lists, counts, name=name, published=_range(entry.get("published"), name), noisy=noisy)
    told = entry.get("observed")
    if told is not None and told != found.observed:
        what = (
            f"The counts add up to {found.observed:,}, but the entry says that {told} people were observed."
        )
        raise TiphubError(what, where=name, do="Correct the counts, or leave 'observed' out.")
    return found


def _range(value: Any, name: str) -> tuple[float, float] | None:
    if value is None:
        return None
    numbers = isinstance(value, list) and all(
        isinstance(end, int | float) and not isinstance(end, bool) for end in value
    )
    if numbers and len(value) == 2 and 0 <= value[0] <= value[1] <= MOST_PEOPLE:
        return float(value[0]), float(value[1])
    do = "Write two numbers of people, the smaller first, or leave it out."
    raise TiphubError("'published' is no range.", where=name, do=do)


def _check_lists(lists: Sequence[str], name: str) -> None:
    if not all(isinstance(item, str) and item.strip() and "+" not in item for item in lists):
        raise TiphubError("A list needs a name, and no '+' in it.", where=name, do="Rename the list.")
    if len(set(lists)) != len(lists):
        raise TiphubError("Two lists have the same name.", where=name, do="Rename one of them.")
    if len(lists) < 2:
        what = "One list says nothing about the people who are not on it."
        raise TiphubError(what, where=name, do="Estimate from two lists or, better, from three and more.")
    if len(lists) > MOST_LISTS:
        what = f"{len(lists)} lists are more than the {MOST_LISTS} that can be estimated from."
        do = "Join lists that are alike, as the British estimate of 2013 joined the police and the NCA."
        raise TiphubError(what, where=name, do=do)


def _places(key: str, order: Mapping[str, int], name: str) -> tuple[int, ...]:
    parts = key.split("+")
    for part in parts:
        if part not in order:
            do = f"Use the names {', '.join(order)}, joined by '+'."
            raise TiphubError(f"The combination {key!r} names no list {part!r}.", where=name, do=do)
    if len(set(parts)) != len(parts):
        raise TiphubError(
            f"The combination {key!r} names a list twice.", where=name, do="Name each list once."
        )
    return tuple(sorted(order[part] for part in parts))


def _count(key: str, value: Any, name: str, *, noisy: bool) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # 1e5 is a way to write a hundred thousand
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not whole or (value < 0 and not noisy):
        do = "Give the number of people seen by exactly this combination of lists."
        raise TiphubError(
            f"The count of {key} is {value!r}, which is no number of people.", where=name, do=do
        )
    if abs(value) > MOST_PEOPLE:
        raise _too_many(f"The count of {key}", int(value), name)
    return int(value)


def _too_many(what: str, people: int, name: str) -> TiphubError:
    return TiphubError(
        f"{what} is {people:,}: there are not that many people.", where=name, do="Check where it comes from."
    )


def _check_people(found: Overlaps) -> None:
    cells, counts = combinations(len(found.lists)), np.asarray(found.counts)
    if found.observed == 0:
        raise TiphubError("Nobody is on any list.", where=found.name, do="Check where the counts come from.")
    if found.observed > MOST_PEOPLE:
        raise _too_many("The sum of the counts", found.observed, found.name)
    for item, people in zip(found.lists, counts @ cells, strict=True):
        if people == 0:
            raise TiphubError(f"Nobody is on the list {item}.", where=found.name, do="Leave that list out.")
    if counts[cells.sum(axis=1) > 1].sum() == 0:
        what = "No person is on two lists, so nothing tells how many are on none: any total fits."
        raise TiphubError(
            what, where=found.name, do="Check that the same person was recognised across lists."
        )
