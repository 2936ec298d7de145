"""The gate: the only code that writes a release."""

from tiphub.vault.s6_publish.draft import Contributor, Description
from tiphub.vault.s6_publish.gate import next_version, publish, refuse_unwritable
from tiphub.vault.s6_publish.mixed import beside, refuse_mixed
from tiphub.vault.s6_publish.refuse import refuse_unargued

__all__ = [
    "Contributor",
    "Description",
    "beside",
    "next_version",
    "publish",
    "refuse_mixed",
    "refuse_unargued",
    "refuse_unwritable",
]
