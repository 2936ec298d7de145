"""How many victims no agency has seen: multiple systems estimation on the overlaps of lists.

Several models stand side by side, because they disagree: independence, stepwise log-linear models, and an
average over decomposable graphs. The counts may carry privacy noise of a known size; the intervals count
it in.
"""

from tiphub.evidence.prevalence.estimate import DEFAULT, LABELS, estimate
from tiphub.evidence.prevalence.model import Estimate, Fit, Prevalence, Refusal
from tiphub.evidence.prevalence.overlaps import OverlapNoise, Overlaps, overlaps, read_overlaps

__all__ = [
    "DEFAULT",
    "LABELS",
    "Estimate",
    "Fit",
    "OverlapNoise",
    "Overlaps",
    "Prevalence",
    "Refusal",
    "estimate",
    "overlaps",
    "read_overlaps",
]
