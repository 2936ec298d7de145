"""A release folder, opened for reading."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tiphub.errors import TiphubError
from tiphub.release.manifest import (
    FILES,
    MANIFEST,
    Manifest,
    ReleaseFile,
    fingerprint,
    is_version,
    read_json,
    read_manifest,
    sum_file,
    verify_signature,
    version_order,
)
from tiphub.release.schema import variables_of
from tiphub.standard import Variable

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from tiphub.engine import Engine


@dataclass(frozen=True)
class Release:
    """A published release, whole and as signed when it was opened; read-only.

    ``package`` is the data package, ``statement`` what the protection is worth, ``columns`` the columns of
    the records, ``smallest_count`` the number under which no group of people is counted (``None``: the method
    has no such number), ``files`` every file with its size and sum, the manifest left out.
    """

    path: Path
    version: str
    title: str
    package: Mapping[str, Any]
    statement: Mapping[str, Any]
    columns: tuple[str, ...]
    smallest_count: int | None
    quasi_identifiers: tuple[str, ...]
    years: tuple[int, int]
    rows: int
    files: tuple[ReleaseFile, ...]
    public_key: str

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the key that signed the release."""
        return fingerprint(self.public_key)

    @cached_property
    def codebook(self) -> Mapping[str, Any]:
        """What every column and code means, in four languages."""
        return read_json(self.path, "codebook.json")

    @cached_property
    def evaluation(self) -> Mapping[str, Any]:
        """What the protection cost and how well it held."""
        return read_json(self.path, "evaluation.json")

    @cached_property
    def variables(self) -> tuple[Variable, ...]:
        """The columns of the records with their domains."""
        return variables_of(self.codebook)

    def records(self, engine: "Engine") -> "ir.Table":
        """The records as a table in the standard: flags boolean, years numbers, codes text, null unknown."""
        return engine.read_parquet(self.file("records.parquet"))

    def counts(self, engine: "Engine") -> "ir.Table":
        """The counts: ``fields``, ``values``, ``count``, ``std``, ``low``, ``high``."""
        return engine.read_parquet(self.file("counts.parquet"))

    def file(self, name: str) -> Path:
        """The path of a file that the manifest lists.

        Raises:
            TiphubError: the release has no such file.
        """
        if name not in {file.name for file in self.files}:
            raise TiphubError(f"The release {self.version} has no file {name[:120]!r}.")
        return self.path / name


def open_release(path: Path) -> Release:
    """Open a release folder after holding every file against the signed manifest.

    Raises:
        TiphubError: the folder is no release, or something in it was changed.
    """
    manifest = read_manifest(path)
    verify_signature(path, manifest)
    _refuse_changed(path, manifest)
    package = read_json(path, "datapackage.json")
    try:
        own = package["tiphub"]
        first, last = own["years"]
        return Release(
            path=path,
            version=manifest.version,
            title=str(package["title"]),
            package=package,
            statement=dict(own["statement"]),
            columns=tuple(item.name for item in variables_of(read_json(path, "codebook.json"))),
            smallest_count=None if own["smallest_count"] is None else int(own["smallest_count"]),
            quasi_identifiers=tuple(str(name) for name in own["quasi_identifiers"]),
            years=(int(first), int(last)),
            rows=int(own["records"]),
            files=manifest.files,
            public_key=manifest.public_key,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise TiphubError(
            f"datapackage.json lacks what a release says of itself: {str(error)[:200]}.",
            where=str(path),
            do="Run tiphub check on the folder.",
        ) from None


def _refuse_changed(path: Path, manifest: Manifest) -> None:
    listed = {file.name: file for file in manifest.files}
    for name in FILES:
        if name not in listed:
            raise TiphubError(f"The manifest does not list {name}.", where=str(path), do=_CHECK)
    for name, file in listed.items():
        if (path / name).is_symlink() or not (path / name).is_file():
            raise TiphubError(f"The release's {name} is missing.", where=str(path), do=_CHECK)
        if (path / name).stat().st_size != file.size or sum_file(path / name) != file:
            raise TiphubError(f"The release's {name} was changed after signing.", where=str(path), do=_CHECK)


_CHECK = "Run tiphub check on the folder, and fetch the release again."


def release_folders(folder: Path) -> Iterator[Path]:
    """The folders named like a version, newest first; links and half-built folders are passed over."""
    if folder.is_dir():
        found = [
            path
            for path in folder.iterdir()
            if is_version(path.name) and path.is_dir() and not path.is_symlink()
        ]
        yield from sorted(found, key=lambda path: version_order(path.name), reverse=True)


def find_release(path: Path) -> Path:
    """The release that a path means: itself, or the newest of a hub or of a folder of releases."""
    if (path / MANIFEST).exists():
        return path
    for folder in (path / "releases", path):
        newest = next(release_folders(folder), None)
        if newest is not None:
            return newest
    return path


def list_releases(
    folder: Path, *, broken: Callable[[Path, TiphubError], None] | None = None
) -> tuple[Release, ...]:
    """Open every release in a folder, the newest first.

    Args:
        folder: where releases lie, each in a folder named by its version; need not exist.
        broken: told of each folder that is no whole release; without it, the first such folder is an error.

    Raises:
        TiphubError: a release is broken and nobody asked to be told.
    """
    found = []
    for path in release_folders(folder):
        try:
            release = open_release(path)
            if release.version != path.name:
                raise TiphubError(
                    f"The folder {path.name} holds the release {release.version}.",
                    where=str(path),
                    do="Give the folder the release's name.",
                )
            found.append(release)
        except TiphubError as error:
            if broken is None:
                raise
            broken(path, error)
    return tuple(found)
