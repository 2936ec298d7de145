"""The gate: the only code that writes a release."""

from tiphub.vault.s6_publish.draft import Contributor, Description
from tiphub.vault.s6_publish.gate import publish

__all__ = ["Contributor", "Description", "publish"]
