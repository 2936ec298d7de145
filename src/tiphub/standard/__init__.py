"""The standard: what every column and every code of a record means."""

from tiphub.standard.load import LANGUAGES, load_standard, read_standard
from tiphub.standard.model import (
    Code,
    CodeList,
    Column,
    Derivation,
    Disclosure,
    Field,
    Group,
    Kind,
    Rule,
    Standard,
    Unit,
    flag_name,
)
from tiphub.standard.names import normalise
from tiphub.standard.variables import Variable, decode, encode, variable

__all__ = [
    "LANGUAGES",
    "Code",
    "CodeList",
    "Column",
    "Derivation",
    "Disclosure",
    "Field",
    "Group",
    "Kind",
    "Rule",
    "Standard",
    "Unit",
    "Variable",
    "decode",
    "encode",
    "flag_name",
    "load_standard",
    "normalise",
    "read_standard",
    "variable",
]
