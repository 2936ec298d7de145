"""A file as it was sent: text cells in Arrow batches, each row with its number and what is wrong with it."""

from tiphub.tabular.model import DEFECT, ROW, Origin, RawTable, ReadOptions, raw_schema
from tiphub.tabular.opening import FORMATS, open_table

__all__ = ["DEFECT", "FORMATS", "ROW", "Origin", "RawTable", "ReadOptions", "open_table", "raw_schema"]
