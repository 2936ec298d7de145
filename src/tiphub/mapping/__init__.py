"""From text cells as they were sent to a table in the standard, as a mapping declares it."""

from tiphub.mapping.domain import layout_variables, layout_words
from tiphub.mapping.harmonise import harmonise
from tiphub.mapping.load import (
    layout_names,
    layout_record,
    load_layout,
    load_mapping,
    parse_mapping,
    standard_of,
)
from tiphub.mapping.opening import StandardTable, open_standard, read_options
from tiphub.mapping.plan import check_columns
from tiphub.mapping.sets import in_sets
from tiphub.mapping.spec import FieldMapping, FileOptions, GroupMapping, Layout, Mapping
from tiphub.mapping.suggest import suggest
from tiphub.mapping.write import Loss, carried, write_layout

__all__ = [
    "FieldMapping",
    "FileOptions",
    "GroupMapping",
    "Layout",
    "Loss",
    "Mapping",
    "StandardTable",
    "carried",
    "check_columns",
    "harmonise",
    "in_sets",
    "layout_names",
    "layout_record",
    "layout_variables",
    "layout_words",
    "load_layout",
    "load_mapping",
    "open_standard",
    "parse_mapping",
    "read_options",
    "standard_of",
    "suggest",
    "write_layout",
]
