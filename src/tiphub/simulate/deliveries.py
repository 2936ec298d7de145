"""What the fictional agencies hand in: a first file each, a corrected one later, and the truth about both."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import numpy as np
import pyarrow as pa

from tiphub.simulate.agencies import AGENCIES
from tiphub.simulate.contributor import Contributor
from tiphub.simulate.dirt import Dirt, Kind, Row, plan, spoil
from tiphub.simulate.population import Population
from tiphub.simulate.sightings import Sightings, see

_NEW, _GONE, _CORRECTED = 0.02, 0.005, 0.01
"""Shares of the first file's records: registered after it, no longer in the second, known better by then."""


@dataclass(frozen=True, slots=True)
class DirtyRow:
    """A row that is wrong in a known way; ``row`` as a person counts in the file, ``column`` of the file."""

    row: int
    column: str
    kind: Kind
    record_id: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One file as handed in, and the truth about it.

    Attributes:
        path: of the file.
        rows: how many rows stand below the headers, empty and junk ones counted in.
        dirty: every row that is wrong, in the order of the file.
        people: the person (as in ``Population.people``) of every case number in the file.
    """

    path: Path
    rows: int
    dirty: tuple[DirtyRow, ...]
    people: Mapping[str, int]

    def count(self, kind: Kind) -> int:
        """How many rows are dirty in this way."""
        return Counter(row.kind for row in self.dirty)[kind]

    @property
    def refused(self) -> frozenset[int]:
        """The rows that cannot be accepted: the dirty ones, and the sound one above a conflicting duplicate.

        Of a mere duplicate the first can, the second cannot.
        """
        above = {row.row - 1 for row in self.dirty if row.kind == "conflicting_duplicate"}
        return frozenset({row.row for row in self.dirty} | above)


@dataclass(frozen=True, slots=True)
class Contribution:
    """All that one agency hands in.

    ``corrected`` is a whole export as of later: ``changed`` case numbers are known better in it, ``new`` ones
    have come, ``gone`` ones are missing, ``repaired`` ones were dirty in ``first`` and are so no longer; the
    rest is as it was, its dirty rows too.
    """

    agency: str
    first: Delivery
    corrected: Delivery
    changed: tuple[str, ...]
    new: tuple[str, ...]
    gone: tuple[str, ...]
    repaired: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GroundTruth:
    """What is true of the agencies' files, by agency."""

    contributions: Mapping[str, Contribution]

    def same_person(self) -> tuple[tuple[tuple[str, str], tuple[str, str]], ...]:
        """The pairs of (agency, case number) in the first files that are one person."""
        known: dict[int, list[tuple[str, str]]] = {}
        for name, contribution in self.contributions.items():
            for record_id, person in contribution.first.people.items():
                known.setdefault(person, []).append((name, record_id))
        return tuple((found[0], found[1]) for found in known.values() if len(found) == 2)


def agency_files(name: str) -> Traversable:
    """The folder with a fictional agency's ready-made ``agency.yml`` and ``mapping.yml``."""
    return files("tiphub.simulate") / "agencies" / name


def simulate_agencies(population: Population, folder: Path, *, seed: int = 1) -> GroundTruth:
    """Write each agency's two files to ``folder/<agency>/``.

    Args:
        population: the people whom the agencies know.
        folder: made if it is not there.
        seed: of the dirty rows; the same population and seed give the same bytes.

    Returns:
        every dirty row, and which rows are the same person.
    """
    contributions = {}
    for number, (name, seen) in enumerate(see(population).items()):
        rng = np.random.default_rng([seed, number])
        (folder / name).mkdir(parents=True, exist_ok=True)
        contributions[name] = _contribute(rng, AGENCIES[name], seen, folder / name)
    return GroundTruth({name: contributions[name] for name in AGENCIES})


def _contribute(rng: np.random.Generator, agency: Contributor, seen: Sightings, folder: Path) -> Contribution:
    size = seen.noted.num_rows
    ids = [agency.case_number(number) for number in range(1, size + 1)]
    people: list[int] = seen.noted["person"].to_pylist()
    before = agency.cells(seen.noted.append_column("record_id", pa.array(ids)))
    after = agency.cells(seen.true.append_column("record_id", pa.array(ids)))
    split = size - int(size * _NEW)

    rows = [
        Row(cells, person, record_id) for cells, person, record_id in zip(before, people, ids, strict=True)
    ]
    dirt = plan(rng, split, agency.dirt)
    clean = [row for row in range(split) if row not in dirt]
    touched = rng.permutation(clean)
    gone = {int(row) for row in touched[: int(size * _GONE)]}
    changed = {
        int(row)
        for row in touched[len(gone) : len(gone) + int(size * _CORRECTED)]
        if before[row] != after[row]
    }
    repaired = {next(row for row, one in dirt.items() if one.kind == "unknown_code")}

    first = _deliver(agency, folder / f"{agency.name}-1{agency.suffix}", rows[:split], dirt)
    rows = [replace(row, cells=after[place]) if place in changed else row for place, row in enumerate(rows)]
    # An export that was interrupted once was not the next time.
    still = {row: one for row, one in dirt.items() if row not in repaired and one.kind != "cut_off"}
    kept = [place for place in range(size) if place not in gone]
    moved = {new: still[old] for new, old in enumerate(kept) if old in still}
    corrected = _deliver(
        agency, folder / f"{agency.name}-2{agency.suffix}", [rows[place] for place in kept], moved
    )
    return Contribution(
        agency=agency.name,
        first=first,
        corrected=corrected,
        changed=_of(ids, changed),
        new=tuple(ids[split:]),
        gone=_of(ids, gone),
        repaired=_of(ids, repaired | {row for row, one in dirt.items() if one.kind == "cut_off"}),
    )


def _of(ids: list[str], places: set[int]) -> tuple[str, ...]:
    return tuple(ids[place] for place in sorted(places))


def _deliver(agency: Contributor, path: Path, rows: list[Row], dirt: Mapping[int, Dirt]) -> Delivery:
    out: list[Row] = []
    for place, row in enumerate(rows):
        out.extend(spoil(row, dirt[place], agency.header) if place in dirt else (row,))
    agency.write(path, out)
    return Delivery(
        path=path,
        rows=len(out),
        dirty=tuple(
            DirtyRow(agency.first_row + place, row.dirt.column, row.dirt.kind, row.record_id)
            for place, row in enumerate(out)
            if row.dirt is not None
        ),
        people={row.record_id: row.person for row in out if row.record_id and row.person is not None},
    )
