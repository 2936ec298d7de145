"""Bring what agencies sent into the standard; what does not fit is told and kept, never dropped."""

from tiphub.vault.s2_harmonise.contribution import (
    Reading,
    harmonise_anew,
    harmonise_contribution,
    load_reading,
    report,
    report_released,
)
from tiphub.vault.s2_harmonise.quality import Quality

__all__ = [
    "Quality",
    "Reading",
    "harmonise_anew",
    "harmonise_contribution",
    "load_reading",
    "report",
    "report_released",
]
