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
    Standard,
    flag_name,
)
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
    "Standard",
    "Variable",
    "decode",
    "encode",
    "flag_name",
    "load_standard",
    "read_standard",
    "variable",
]
