"""Columns as small integers over their public domain: what counting and protection work on."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tiphub.standard.model import Field, Standard

Codes = npt.NDArray[np.int16]
"""Rows x variables; 0 is unknown, ``i`` is ``Variable.values[i - 1]``."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A column with its public domain, never read off the data.

    ``broader`` maps each value to the one above it in the standard's hierarchy (``None`` at the top).
    """

    name: str
    values: tuple[str, ...]
    broader: tuple[str | None, ...]

    @property
    def cardinality(self) -> int:
        """How many values a cell can take, unknown counted in."""
        return len(self.values) + 1


def variable(standard: Standard, name: str, *, years: tuple[int, int]) -> Variable:
    """The variable of a column; ``years`` (inclusive) is the declared domain of year columns.

    >>> from tiphub.standard.load import load_standard
    >>> variable(load_standard(), "exploitation_type_forced_labour", years=(2015, 2024)).values
    ('no', 'yes')

    Raises:
        KeyError: there is no such column.
        ValueError: the column is a date or a text, which have no public domain.
    """
    column = standard.columns[name]
    if column.kind == "flag":
        return Variable(name, ("no", "yes"), (None, None))
    if column.kind == "integer":
        first, last = _bounds(standard.fields[name], years)
        return Variable(name, tuple(map(str, range(first, last + 1))), (None,) * (last + 1 - first))
    if column.codes is None:
        raise ValueError(f"{name} is {column.kind}: it has no domain and cannot be published")
    codes = standard.code_lists[column.codes].codes
    return Variable(name, tuple(code.code for code in codes), tuple(code.broader for code in codes))


def _bounds(field: Field, years: tuple[int, int]) -> tuple[int, int]:
    if field.maximum == "this_year":
        return years
    if field.minimum is None or field.maximum is None:
        raise ValueError(f"{field.name} has no minimum and maximum: it has no domain and cannot be published")
    return field.minimum, field.maximum


def encode(batch: pa.RecordBatch | pa.Table, variables: Sequence[Variable]) -> Codes:
    """Turn columns in the standard into codes.

    Raises:
        ValueError: a cell holds a value outside its variable's domain.
    """
    out = np.zeros((batch.num_rows, len(variables)), dtype=np.int16, order="F")
    for position, item in enumerate(variables):
        cells = batch.column(item.name)
        if pa.types.is_boolean(cells.type):
            cells = pc.if_else(cells, "yes", "no")
        elif not pa.types.is_string(cells.type):
            cells = cells.cast(pa.string())
        index = pc.index_in(cells, value_set=pa.array(item.values, pa.string()))
        if index.null_count != cells.null_count:
            raise ValueError(f"{item.name} holds a value outside its domain")
        out[:, position] = np.asarray(pc.fill_null(index, -1)) + 1
    return out


def decode(codes: Codes, variables: Sequence[Variable]) -> pa.Table:
    """Turn codes back into text columns; unknown becomes null."""
    columns = {
        item.name: pa.array((None, *item.values), pa.string()).take(
            pa.array(codes[:, position].astype(np.int32))
        )
        for position, item in enumerate(variables)
    }
    return pa.table(columns)


def packed_schema(variables: Sequence[Variable]) -> pa.Schema:
    """The schema of what `pack` gives: text by dictionary, of one byte a cell where the domain is small."""
    return pa.schema(
        [pa.field(item.name, pa.dictionary(_index(item), pa.string(), ordered=False)) for item in variables]
    )


def pack(codes: Codes, variables: Sequence[Variable]) -> pa.RecordBatch:
    """Turn codes back into text columns as `decode` does, each cell as its place among the values."""
    columns = []
    for position, item in enumerate(variables):
        code = codes[:, position]
        places = pa.array(np.maximum(code - 1, 0), _index(item), mask=code == 0)
        columns.append(pa.DictionaryArray.from_arrays(places, pa.array(item.values, pa.string())))
    return pa.record_batch(columns, schema=packed_schema(variables))


def _index(item: Variable) -> pa.DataType:
    return pa.int8() if item.cardinality <= np.iinfo(np.int8).max else pa.int16()
