"""The columns of a release's tables, read from its codebook."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from tiphub.errors import TiphubError
from tiphub.standard import Variable
from tiphub.standard.own import OWN_COUNTRY

COUNTS = pa.schema(
    [
        pa.field("fields", pa.string(), nullable=False),
        pa.field("values", pa.string(), nullable=False),
        pa.field("count", pa.int64(), nullable=False),
        pa.field("std", pa.float64()),
        pa.field("low", pa.float64()),
        pa.field("high", pa.float64()),
    ]
)
"""The counts: which fields, which values, how many people; for noisy ones the noise and a 95% interval."""


def variables_of(codebook: Mapping[str, Any]) -> tuple[Variable, ...]:
    """The columns that a codebook declares, each with its domain.

    Raises:
        TiphubError: the codebook is not one.
    """
    try:
        lists = {
            name: tuple((code["code"], code.get("broader")) for code in codes)
            for name, codes in codebook["code_lists"].items()
        }
        found = tuple(_variable(column, lists) for column in codebook["columns"])
        for item in found:
            if not isinstance(item.name, str) or not all(isinstance(value, str) for value in item.values):
                raise TypeError("a name or a code is no text")
            if len(item.values) > 30_000:
                raise ValueError(f"{item.name} has more values than a release can have")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise TiphubError(
            f"The codebook cannot be read: {str(error)[:200]}.",
            where="codebook.json",
            do="Fetch the release again.",
        ) from None
    if len({item.name for item in found}) != len(found):
        raise TiphubError("The codebook describes a column twice.", where="codebook.json")
    return found


def counted_of(codebook: Mapping[str, Any]) -> tuple[Variable, ...]:
    """The columns that only the counts have (see `tiphub.standard.own`): the codebook names them.

    Raises:
        TiphubError: the codebook is not one.
    """
    try:
        names = [str(group["answered"]) for group in codebook["groups"] if group.get("answered")]
        own = tuple(item for item in (OWN_COUNTRY,) if item.name == codebook.get("own_country"))
    except (KeyError, TypeError, AttributeError) as error:
        raise TiphubError(
            f"The codebook's groups cannot be read: {str(error)[:200]}.",
            where="codebook.json",
            do="Fetch the release again.",
        ) from None
    return (*(Variable(name, ("yes",), (None,)) for name in names), *own)


def _variable(column: Mapping[str, Any], lists: Mapping[str, tuple[tuple[str, str | None], ...]]) -> Variable:
    match column["kind"]:
        case "flag":
            return Variable(column["name"], ("no", "yes"), (None, None))
        case "integer":
            first, last = int(column["minimum"]), int(column["maximum"])
            if not 0 <= last - first < 10_000:
                raise ValueError(f"{column['name']} has no proper bounds")
            values = tuple(str(number) for number in range(first, last + 1))
            return Variable(column["name"], values, (None,) * len(values))
        case "code":
            codes = lists[column["codes"]]
            return Variable(
                column["name"], tuple(code for code, _ in codes), tuple(above for _, above in codes)
            )
        case other:
            raise ValueError(f"a release has no column of kind {other}")


def is_flag(item: Variable) -> bool:
    """Whether a variable is a flag, which Parquet holds as true and false."""
    return item.values == ("no", "yes")


def is_integer(item: Variable) -> bool:
    """Whether a variable is a number, which Parquet holds as one."""
    return bool(item.values) and all(value.lstrip("-").isdecimal() for value in item.values)


def records_schema(variables: Sequence[Variable]) -> pa.Schema:
    """The Parquet schema of the records: flags boolean, numbers int32, codes text; null is unknown.

    >>> records_schema([Variable("abduction", ("no", "yes"), (None, None))]).field("abduction").type
    DataType(bool)
    """
    return pa.schema([pa.field(item.name, _type(item)) for item in variables])


def _type(item: Variable) -> pa.DataType:
    if is_flag(item):
        return pa.bool_()
    return pa.int32() if is_integer(item) else pa.string()
