"""The standard: what every column and every code of a record means."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from tiphub.standard.load import LANGUAGES, load_standard, read_standard
from tiphub.standard.model import (
    ONE_RECORD,
    Code,
    CodeList,
    Column,
    Derivation,
    Disclosure,
    Field,
    Group,
    Kind,
    Record,
    Rule,
    Standard,
    Unit,
    flag_name,
)
from tiphub.standard.names import normalise

if TYPE_CHECKING:
    from tiphub.standard.variables import Variable, decode, encode, variable

__all__ = [
    "LANGUAGES",
    "ONE_RECORD",
    "Code",
    "CodeList",
    "Column",
    "Derivation",
    "Disclosure",
    "Field",
    "Group",
    "Kind",
    "Record",
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


def __getattr__(name: str) -> Any:
    """What counts in NumPy and Arrow is read when it is first asked for: half of the command line's start."""
    if name in {"Variable", "decode", "encode", "variable"}:
        return getattr(import_module("tiphub.standard.variables"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
