"""The gate: refuse what must not leave, write the rest as one whole."""

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tiphub.errors import TiphubError
from tiphub.progress import Progress, Silent
from tiphub.release import Content, check, fingerprint, open_release, release_folders
from tiphub.release.manifest import MANIFEST, SIGNATURE, is_version
from tiphub.standard import Standard, Variable
from tiphub.vault.ledger import Booking
from tiphub.vault.s6_publish.draft import Description, Draft
from tiphub.vault.s6_publish.figures import refuse_figures
from tiphub.vault.s6_publish.files import writers_of
from tiphub.vault.s6_publish.manifest import write_manifest
from tiphub.vault.s6_publish.mixed import beside, refuse_mixed, signed
from tiphub.vault.s6_publish.refuse import refuse
from tiphub.vault.s6_publish.spending import refuse_unbooked
from tiphub.vault.s6_publish.tables import typed_counts, typed_records

_BUILDING = ".building-"


def publish(
    content: Content,
    *,
    variables: tuple[Variable, ...],
    quasi_identifiers: tuple[str, ...],
    smallest_count: int | None,
    argument: str,
    evaluation: Mapping[str, Any],
    description: Description,
    standard: Standard,
    key: Ed25519PrivateKey,
    releases: Path,
    day: date,
    published: Mapping[str, str],
    booking: Booking | None = None,
    signed_mixed: str = "",
    progress: Progress | None = None,
) -> Path:
    """Write a release, whole or not at all; the only code that does.

    Args:
        content: the protected tables with their statement.
        variables: the columns of the records, in order, with their public domains.
        quasi_identifiers: those by which a person could be looked for.
        smallest_count: the number (k) under which no group of people may be seen; ``None`` for a method that
            protects otherwise.
        argument: the text (Markdown) that says why the method holds.
        evaluation: the public part of the evaluation, and nothing else of it.
        description: what the hub says of its data set.
        standard: the standard that the columns come from.
        key: signs the release; comes from the vault's store.
        releases: the folder in which releases lie, one folder a version.
        day: the day of the release, which is its version.
        published: by version, the method of each release that was made before; none is used again.
        booking: what the ledger booked for this release, of a method that spends privacy budget.
        signed_mixed: who answers for a release beside others of another method.
        progress: listens to the files being written.

    Returns:
        The folder of the release.

    Raises:
        TiphubError: the content, or the release as written, fails the gate. Nothing is left behind.
    """
    refuse(
        content,
        variables=variables,
        quasi_identifiers=quasi_identifiers,
        smallest_count=smallest_count,
        argument=argument,
        standard=standard,
    )
    evaluation = {"loss": dict(content.loss), **evaluation}
    refuse_figures(evaluation, budgeted=booking is not None)
    with _told_to_people(releases):
        releases.mkdir(parents=True, exist_ok=True)
        remove_leftovers(releases)
        past = next(release_folders(releases), None)
        version = next_version(releases, day, published)
        refuse_unbooked(content, booking, version)
        others = beside(releases, content.statement["method"], published)
        refuse_mixed(others, content.statement["method"], signed_mixed)
        draft = Draft(
            version=version,
            day=day,
            description=description,
            standard=standard,
            variables=variables,
            quasi_identifiers=quasi_identifiers,
            smallest_count=smallest_count,
            records=_typed(content, variables, releases),
            counts=typed_counts(content.counts),
            models=content.models,
            statement=signed(content.statement, others, signed_mixed),
            argument=argument,
            evaluation=evaluation,
            booking=booking,
            fingerprint=fingerprint(key.public_key().public_bytes_raw().hex()),
            previous=open_release(past) if past else None,
        )
        return _write(draft, releases, key, progress or Silent())


def refuse_unwritable(releases: Path) -> None:
    """Refuse a folder that no release could be written to; asked before anything is spent.

    Raises:
        TiphubError: it cannot be written.
    """
    with _told_to_people(releases):
        releases.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryDirectory(prefix=_BUILDING, dir=releases).cleanup()


@contextmanager
def _told_to_people(releases: Path) -> Iterator[None]:
    """Turn what the file system refuses (no room, no permission) into an error that can be acted on."""
    try:
        yield
    except OSError as error:
        raise TiphubError(
            f"The release could not be written: {error.strerror or error}.",
            where=str(releases),
            do="Nothing was published. Make room or put the folder right, and build again.",
        ) from None


def _typed(content: Content, variables: tuple[Variable, ...], releases: Path) -> pa.Table:
    with tempfile.TemporaryDirectory(prefix=_BUILDING, dir=releases) as folder:
        try:
            return typed_records(content.records, variables, Path(folder))
        except ValueError as error:
            raise TiphubError(
                f"The protected records cannot be published: {error}.",
                do="This is a fault of the method.",
            ) from None


def _write(draft: Draft, releases: Path, key: Ed25519PrivateKey, progress: Progress) -> Path:
    building = Path(tempfile.mkdtemp(prefix=f"{_BUILDING}{draft.version}-", dir=releases))
    writers = writers_of(draft)
    try:
        with progress.stage("publish", draft.records.num_rows) as task:
            for name, writer in writers.items():
                writer(draft, building / name)
            write_manifest(building, draft.version, writers, key)
            _refuse_unsound(building, key)
            final = releases / draft.version
            _make_durable(building, writers)
            if final.exists():
                raise TiphubError(
                    f"The release {draft.version} exists and is never overwritten.", where=str(final)
                )
            building.rename(final)
            _sync(releases)
            task.advance(draft.records.num_rows)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    return final


def _refuse_unsound(building: Path, key: Ed25519PrivateKey) -> None:
    findings = check(building, public_key=key.public_key().public_bytes_raw().hex())
    if findings:
        first = findings[0]
        raise TiphubError(
            f"The release fails its own check ({len(findings)} findings): {first.what}",
            where=first.where,
            do="This is a fault of the method: nothing was published.",
        )


def _make_durable(building: Path, names: Iterable[str]) -> None:
    for name in (*names, MANIFEST, SIGNATURE):
        (building / name).chmod(0o644)
        _sync(building / name)
    building.chmod(0o755)
    _sync(building)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def next_version(releases: Path, day: date, published: Iterable[str]) -> str:
    """The version of the next release: the day, then the day with ``.2``, ``.3`` and so on."""
    taken = (
        {path.name for path in releases.iterdir() if is_version(path.name)} if releases.is_dir() else set()
    ) | set(published)
    number = 1
    while (version := day.isoformat() if number == 1 else f"{day.isoformat()}.{number}") in taken:
        number += 1
    return version


def remove_leftovers(releases: Path) -> None:
    """Remove what a build that was killed left half-written."""
    for path in releases.glob(f"{_BUILDING}*"):
        shutil.rmtree(path)
