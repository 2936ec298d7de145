"""Releases that stand, and the bookings of the ledger that paid for them."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from tiphub.errors import TiphubError
from tiphub.release import MANIFEST, Release, open_release, release_folders
from tiphub.vault.ledger import Booking, Entry, Ledger


@dataclass(frozen=True)
class Unpaid:
    """A standing release whose booking the ledger does not have: an older ledger was put back."""

    folder: Path
    method: str
    rho: Fraction

    def __str__(self) -> str:
        return (
            f"Release {self.folder.name} was paid for by an entry that the ledger does not have: an older"
            " copy of the hub's vault and ledger was put back."
        )


def unpaid(entries: Sequence[Entry], releases: Path) -> Iterator[Unpaid]:
    """The standing releases that no entry paid for, the newest first."""
    known = {entry.sha256 for entry in entries}
    booked_again = {
        entry.facts["version"] for entry in entries if entry.kind == "booked" and "signed_by" in entry.facts
    }
    for folder in release_folders(releases):
        try:
            release = open_release(folder)
            named = _booking_of(release)
            rho = Fraction(release.statement["parameters"]["rho"]) if named else None
        except (TiphubError, KeyError, ValueError):
            continue  # what is no sound release is told by `tiphub check`
        if rho and named not in known and release.version not in booked_again:
            yield Unpaid(folder, str(release.statement["method"]), rho)


def book_again(ledger: Ledger, releases: Path, signed_by: str) -> None:
    """Book what standing releases spent and the ledger does not have, under a person's name."""
    for release in tuple(unpaid(ledger.entries, releases)):
        version = release.folder.name
        booking = ledger.recover(release.rho, method=release.method, version=version, signed_by=signed_by)
        ledger.release(booking, version=version, manifest=_manifest(release.folder))


def settle(ledger: Ledger, releases: Path) -> tuple[Booking, ...]:
    """Link each unfinished booking to the release that it paid for; those without one are abandoned.

    Returns:
        Those that were abandoned.
    """
    abandoned = []
    for booking in ledger.balance.unfinished:
        folder = releases / booking.version
        if _paid_for(folder, booking):
            ledger.release(booking, version=booking.version, manifest=_manifest(folder))
        else:
            ledger.abandon(booking, "the build ended without a release")
            abandoned.append(booking)
    return tuple(abandoned)


def _paid_for(folder: Path, booking: Booking) -> bool:
    try:
        return _booking_of(open_release(folder)) == booking.sha256
    except TiphubError:
        return False


def _booking_of(release: Release) -> str | None:
    """The SHA-256 of the entry that a release says paid for it."""
    entry = release.package["tiphub"].get("ledger") or {}
    return entry.get("sha256")


def _manifest(folder: Path) -> str:
    return hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()
