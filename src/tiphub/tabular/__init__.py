"""A file as it was sent: text cells in Arrow batches, each row with its number and what is wrong with it."""

from tiphub.tabular.model import DEFECT, ROW, Origin, RawTable, ReadOptions, raw_schema
from tiphub.tabular.opening import FORMATS, open_table
from tiphub.tabular.rows import EMPTY, MISPLACED

__all__ = [
    "DEFECT",
    "EMPTY",
    "FORMATS",
    "MISPLACED",
    "ROW",
    "Origin",
    "RawTable",
    "ReadOptions",
    "open_table",
    "raw_schema",
]
