"""Releases that stand, held against the ledger: each was paid for by an entry of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from tiphub.errors import TiphubError
from tiphub.release import open_release, release_folders
from tiphub.vault.ledger import Entry


@dataclass(frozen=True)
class Unpaid:
    """A standing release whose booking the ledger does not have: an older ledger was put back."""

    version: str
    method: str
    rho: Fraction

    def __str__(self) -> str:
        return (
            f"Release {self.version} was paid for by an entry that the ledger does not have: an older copy of"
            " the hub's vault and ledger was put back."
        )


def unpaid(entries: Sequence[Entry], releases: Path) -> Iterator[Unpaid]:
    """The standing releases that no entry paid for, the newest first."""
    known = {entry.sha256 for entry in entries}
    recovered = {
        entry.facts["version"] for entry in entries if entry.kind == "booked" and "signed_by" in entry.facts
    }
    for folder in release_folders(releases):
        try:
            release = open_release(folder)
            named = release.package["tiphub"].get("ledger") or {}
            rho = Fraction(release.statement["parameters"]["rho"]) if named else None
        except (TiphubError, KeyError, ValueError):
            continue  # what is no sound release is told by `tiphub check`
        if rho and named.get("sha256") not in known and release.version not in recovered:
            yield Unpaid(release.version, str(release.statement["method"]), rho)
