"""``NOTES.md``: what changed since the last release, computed from the two releases alone."""

from tiphub.vault.s6_publish.draft import Draft


def notes(draft: Draft) -> bytes:
    """Write the release notes."""
    return f"# {draft.version}\n".encode()
