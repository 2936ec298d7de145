"""Bring what agencies sent into the standard; what does not fit is told and kept, never dropped."""

from tiphub.vault.s2_harmonise.anew import Reread, harmonise_anew, tell_anew, tell_unused
from tiphub.vault.s2_harmonise.contribution import (
    Reading,
    fingerprint_in_use,
    harmonise_contribution,
    load_reading,
    misfit,
    report,
    report_released,
)
from tiphub.vault.s2_harmonise.quality import Quality
from tiphub.vault.s2_harmonise.report import try_reports

__all__ = [
    "Quality",
    "Reading",
    "Reread",
    "fingerprint_in_use",
    "harmonise_anew",
    "harmonise_contribution",
    "load_reading",
    "misfit",
    "report",
    "report_released",
    "tell_anew",
    "tell_unused",
    "try_reports",
]
