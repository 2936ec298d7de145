"""The only opener of releases: read-only, one count at a time, the newest release first."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import ibis.expr.types as ir

from tiphub.engine import DuckDBEngine
from tiphub.errors import TiphubError
from tiphub.evidence.findings import Source, of_noisy, of_release
from tiphub.evidence.noise import MeasuredCounts, measured_counts
from tiphub.portal.numbers import Number, number_of
from tiphub.portal.turns import Turns
from tiphub.release import Release, open_release
from tiphub.release.folder import release_folders
from tiphub.standard import Standard

_Stamp = tuple[tuple[str, int, int], ...]
_Key = tuple[Path, tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Broken:
    """A folder that looks like a release and is none; it is named, and the others are served."""

    version: str
    why: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """What there is at one moment: whole releases, newest first, and broken ones."""

    releases: tuple[Release, ...]
    broken: tuple[Broken, ...]
    digest: str

    def pick(self, version: str | None) -> Release:
        """The release of that version, or the newest.

        Raises:
            KeyError: there is no such release.
        """
        for release in self.releases:
            if version in (None, release.version):
                return release
        raise KeyError(version)


class Catalog:
    """The releases of one folder.

    Held in memory: what each opened release says of itself, where its records lie, and how exact its counts
    are if they carry noise; never records.

    A release that appears, changes or goes while the portal runs is noticed at the next request: its files'
    names, sizes and times are looked at, and a release is opened (every file held against the signed
    manifest) when they are new.
    """

    def __init__(self, root: Path) -> None:
        if not root.is_dir():
            raise TiphubError(
                "There is no such folder.", where=str(root), do="Name a hub, or a folder of releases."
            )
        self._single = root if (root / "manifest.json").is_file() else None
        self.folder = root / "releases" if (root / "releases").is_dir() else root
        self._engine = DuckDBEngine(read_only_files=True)
        self._counting = Turns()
        self._looking = Lock()
        self._seen: dict[Path, tuple[_Stamp, Release | Broken]] = {}
        self._tables: dict[_Key, ir.Table] = {}
        self._people: dict[_Key, Number] = {}
        self._noise: dict[_Key, MeasuredCounts] = {}
        self._sources: dict[_Key, Source] = {}

    def look(self) -> Shelf:
        """Look at the folder as it is now."""
        with self._looking:
            paths = [self._single] if self._single else list(release_folders(self.folder))
            self._seen = {path: self._open(path, _stamp(path)) for path in paths}
            found = [item for _, item in self._seen.values()]
            marks = repr([(path.name, stamp) for path, (stamp, _) in self._seen.items()])
        return Shelf(
            tuple(item for item in found if isinstance(item, Release)),
            tuple(item for item in found if isinstance(item, Broken)),
            hashlib.sha256(marks.encode()).hexdigest(),
        )

    def _open(self, path: Path, stamp: _Stamp) -> tuple[_Stamp, Release | Broken]:
        known = self._seen.get(path)
        if known is not None and known[0] == stamp:
            return known
        try:
            return stamp, open_release(path)
        except TiphubError as error:
            return stamp, Broken(path.name, error.what)
        except (OSError, ValueError) as error:
            return stamp, Broken(path.name, f"It cannot be read: {str(error)[:200]}.")

    @contextmanager
    def records(self, release: Release) -> Iterator[ir.Table]:
        """A release's records, for counting; one visitor's page is counted at a time."""
        with self._counting.one():
            yield self._table(release)

    def _table(self, release: Release) -> ir.Table:
        key = (release.path, release.files)
        if key not in self._tables:
            self._tables[key] = release.records(self._engine)
        return self._tables[key]

    def people(self, release: Release) -> Number:
        """How many people a release tells of, with the bounds of that number if noise was added."""
        key = (release.path, release.files)
        if key in self._people:
            return self._people[key]
        with self._counting.one():
            if key not in self._people:
                counts = release.counts(self._engine)
                total = counts.filter(counts["fields"] == "", counts["std"].notnull())
                found = MeasuredCounts(total.to_pyarrow())
                self._people[key] = number_of(found or None, {}, release.rows)
            return self._people[key]

    def noise(self, release: Release) -> MeasuredCounts | None:
        """How exact a release's counts are; ``None`` where no noise was added to them."""
        key = (release.path, release.files)
        if key in self._noise:
            return self._noise[key] or None
        with self._counting.one():
            if key not in self._noise:
                self._noise[key] = measured_counts(release, self._engine)
            return self._noise[key] or None

    @contextmanager
    def source(self, release: Release, standard: Standard) -> Iterator[Source]:
        """A release as findings ask it: its records, and what its counts and its protection say of them.

        Others wait for their turn while it is held: ask one finding, and give it back.
        """
        noise, key = self.noise(release), (release.path, release.files)
        with self._counting.one():
            if key not in self._sources:
                table = self._table(release)
                self._sources[key] = (
                    of_noisy(table, noise, standard)
                    if noise
                    else of_release(release, table, self._engine, standard)
                )
            yield self._sources[key]

    def close(self) -> None:
        """Let go of the engine, once nobody counts."""
        with self._counting.one():
            self._engine.close()


def _stamp(path: Path) -> _Stamp:
    try:
        return tuple(
            sorted((file.name, (facts := file.stat()).st_size, facts.st_mtime_ns) for file in path.iterdir())
        )
    except OSError:
        return ()


__all__ = ["Broken", "Catalog", "Release", "Shelf"]
