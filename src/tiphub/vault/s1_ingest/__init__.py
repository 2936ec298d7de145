"""Take files in as they were sent: every cell, and where it came from. Nothing is cleaned here."""

from tiphub.vault.s1_ingest.opening import open_file
from tiphub.vault.s1_ingest.read import known_already, read_contribution

__all__ = ["known_already", "open_file", "read_contribution"]
