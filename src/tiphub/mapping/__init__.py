"""From text cells as they were sent to a table in the standard, as a mapping declares it."""

from tiphub.mapping.harmonise import harmonise
from tiphub.mapping.load import layout_names, load_layout, load_mapping, parse_mapping
from tiphub.mapping.spec import FieldMapping, FileOptions, GroupMapping, Layout, Mapping

__all__ = [
    "FieldMapping",
    "FileOptions",
    "GroupMapping",
    "Layout",
    "Mapping",
    "harmonise",
    "layout_names",
    "load_layout",
    "load_mapping",
    "parse_mapping",
]
