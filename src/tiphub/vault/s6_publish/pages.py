"""The pages of a release that people read: README.md and codebook.html."""

from tiphub.vault.s6_publish.draft import Draft


def readme(draft: Draft) -> bytes:
    """Write the README for a researcher."""
    return f"# {draft.description.title}\n".encode()


def codebook_page(draft: Draft) -> bytes:
    """Write the codebook as one self-contained page."""
    return f"<!doctype html><title>{draft.description.title}</title>\n".encode()
