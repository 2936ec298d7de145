"""The noise of a release as it says itself: in a count, in a sum of counts and in a share."""

from tiphub.evidence.noise.counts import Cell, MeasuredCounts, hidden_values, measured_counts
from tiphub.evidence.noise.shares import Carried, least
from tiphub.evidence.noise.sums import Bounds, Sum, around

__all__ = [
    "Bounds",
    "Carried",
    "Cell",
    "MeasuredCounts",
    "Sum",
    "around",
    "hidden_values",
    "least",
    "measured_counts",
]
