"""A release of one method beside releases of another, on the same people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tiphub.errors import TiphubError
from tiphub.release import open_release, release_folders
from tiphub.release.manifest import version_order


@dataclass(frozen=True)
class Other:
    """A release of another method. It may be withdrawn: what was downloaded cannot be taken back."""

    version: str
    method: str


def beside(releases: Path, method: str, published: Mapping[str, str]) -> tuple[Other, ...]:
    """The releases that were ever made and were protected by another method, the oldest first.

    Args:
        releases: the folder in which releases lie.
        method: which protects the new one.
        published: by version, the method of each release that the vault knows of, withdrawn ones included.
    """
    standing = {
        release.version: str(release.statement.get("method"))
        for release in map(open_release, release_folders(releases))
    }
    ever = dict(published) | standing
    return tuple(
        Other(version, ever[version])
        for version in sorted(ever, key=version_order)
        if ever[version] not in {method, ""}
    )


def refuse_mixed(others: Sequence[Other], method: str, signed_by: str) -> None:
    """Refuse a release beside others of another method that nobody signs for.

    Raises:
        TiphubError: there are others, and no signature.
    """
    if others and not signed_by:
        first = others[0]
        more = f" (and {len(others) - 1} more)" if len(others) > 1 else ""
        raise TiphubError(
            f"Version {first.version}{more} was protected by {first.method}, and this release would be"
            f" protected by {method}. They tell of the same people: whoever compares them can learn more than"
            " either promises.",
            where="method in hub.yml",
            do="Keep to the other method, or let the person who answers for it sign:"
            ' tiphub build HUB --sign-mixed "Name, role". Withdrawing is no way around it: what was'
            " downloaded cannot be taken back.",
        )


def signed(statement: Mapping[str, Any], others: Sequence[Other], signed_by: str) -> Mapping[str, Any]:
    """The statement of such a release: it says beside what it stands, what that means and who signed."""
    if not others:
        return statement
    versions = [release.version for release in others]
    warning = (
        f"Comparing it with {_listed(versions)}, which tell of the same people by another method: what those"
        " give away, the promise of this release does not cover."
    )
    return {
        **statement,
        "does_not_protect_from": [*statement["does_not_protect_from"], warning],
        "beside": {
            "versions": versions,
            "methods": sorted({release.method for release in others}),
            "signed_by": signed_by,
        },
    }


def _listed(versions: Sequence[str]) -> str:
    return f"version{'s' if len(versions) > 1 else ''} {', '.join(versions)}"
