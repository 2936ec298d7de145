"""The noisy tables of the models that a hub declared: their columns, how they are read and checked."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, islice, product
from math import isfinite
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv

from tiphub.errors import TiphubError
from tiphub.release.content import SEPARATOR
from tiphub.release.finding import MOST, Check, Finding

FILE = "models.csv"
"""Part of a release only where its hub declared models."""

MODEL_TABLES = pa.schema(
    [
        pa.field("model", pa.int64(), nullable=False),
        pa.field("fields", pa.string(), nullable=False),
        pa.field("values", pa.string(), nullable=False),
        pa.field("count", pa.int64(), nullable=False),
        pa.field("std", pa.float64(), nullable=False),
    ]
)
"""Which model (from 1), which two axes, which values, the noisy count (not clipped: it may be negative), and
the standard deviation of its noise."""

_PUBLISHER = "Do not use this release; tell its publisher."


Cell = tuple[int, str, str]
"""Model, fields, values."""


def cells_of(declared: Sequence[Mapping[str, Any]]) -> Iterator[Cell]:
    """Every cell that the tables of the declared models have, in their order."""
    for number, model in enumerate(declared, start=1):
        for first, second in combinations(model["axes"], 2):
            fields = SEPARATOR.join((first["name"], second["name"]))
            for values in product(first["values"], second["values"]):
                yield number, fields, SEPARATOR.join(values)


def read_model_tables(path: Path) -> pa.Table:
    """Read ``models.csv``.

    Raises:
        TiphubError: it has other columns, or a cell that is none.
    """
    options = pyarrow.csv.ConvertOptions(column_types=MODEL_TABLES, strings_can_be_null=False, null_values=[])
    try:
        return pyarrow.csv.read_csv(path, convert_options=options).cast(MODEL_TABLES)
    except (pa.ArrowException, OSError, ValueError) as error:
        told = f"The models' tables cannot be read: {str(error)[:200]}."
        raise TiphubError(told, where=path.name, do="Fetch the release again.") from None


def check_models(path: Path, codebook: Mapping[str, Any]) -> Check | None:
    """The tables of the declared models are whole; ``None`` where none are declared and none are there."""
    title = "The tables of the declared models are whole, and each count says its noise"
    declared, there = codebook.get("models") or [], (path / FILE).is_file()
    if not declared and not there:
        return None
    if not declared or not there:
        told = "no models are declared" if there else "the models are declared, and their tables are missing"
        findings: tuple[Finding, ...] = (Finding(f"{FILE}: {told}.", FILE, do=_PUBLISHER),)
        return Check("models", title, findings)
    try:
        wanted = list(islice(cells_of(declared), MOST_CELLS + 1))
        table = read_model_tables(path / FILE)
    except TiphubError as error:
        return Check("models", title, (Finding(error.what, FILE, do=error.do),))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        told = f"The codebook does not say what the declared models are: {str(error)[:200]}."
        return Check("models", title, (Finding(told, "codebook.json", do=_PUBLISHER),))
    findings = tuple(islice(_defects(table, wanted), MOST))
    note = "" if findings else f"{len(declared)} models, {table.num_rows:,} counts"
    return Check("models", title, findings, note=note)


MOST_CELLS = 1_000_000
"""More cells than this are no tables of models, and are not looked through."""


def _defects(table: pa.Table, wanted: Sequence[Cell]) -> Iterator[Finding]:
    if table.num_rows != len(wanted):
        told = f"There are {table.num_rows:,} counts, the declared models have {len(wanted):,}."
        yield Finding(told, FILE, do=_PUBLISHER)
        return
    columns = [table.column(name).to_pylist() for name in table.column_names]
    for number, (cell, *found, _, std) in enumerate(zip(wanted, *columns, strict=True), start=2):
        if tuple(found) != cell:
            told = f"Here {cell[1]} = {cell[2]} of model {cell[0]} has to stand."
            yield Finding(told, FILE, number, "values", str(found[2]), do=_PUBLISHER)
        if not isfinite(std) or std <= 0:
            told = "The count does not say its noise: std has to be a number above 0."
            yield Finding(told, FILE, number, "std", str(std), do=_PUBLISHER)
