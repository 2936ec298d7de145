"""A release of one method beside releases of another, on the same people."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tiphub.errors import TiphubError
from tiphub.release import Release, open_release, release_folders


def beside(releases: Path, method: str) -> tuple[Release, ...]:
    """The releases that still stand and were protected by another method."""
    standing = [open_release(folder) for folder in release_folders(releases)]
    return tuple(release for release in standing if release.statement.get("method") != method)


def refuse_mixed(others: Sequence[Release], method: str, signed_by: str) -> None:
    """Refuse a release beside others of another method that nobody signs for.

    Raises:
        TiphubError: there are others, and no signature.
    """
    if others and not signed_by:
        first = others[0]
        more = f" and {len(others) - 1} more" if len(others) > 1 else ""
        raise TiphubError(
            f"Version {first.version}{more} stands, protected by {first.statement.get('method')}, and this"
            f" release would be protected by {method}. They tell of the same people: whoever compares them"
            " can learn more than either promises.",
            where=str(first.path.parent),
            do="Withdraw the other releases, keep to their method, or let the person who answers for it sign:"
            ' tiphub build HUB --sign-mixed "Name, role".',
        )


def signed(statement: Mapping[str, Any], others: Sequence[Release], signed_by: str) -> Mapping[str, Any]:
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
            "methods": sorted({str(release.statement.get("method")) for release in others}),
            "signed_by": signed_by,
        },
    }


def _listed(versions: Sequence[str]) -> str:
    return f"version{'s' if len(versions) > 1 else ''} {', '.join(versions)}"
