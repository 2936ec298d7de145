"""What the records say: shares and their intervals. Pure functions of a table in the standard."""

from tiphub.evidence.interval import wilson
from tiphub.evidence.tabulate import Row, Tabulation, tabulate

__all__ = ["Row", "Tabulation", "tabulate", "wilson"]
