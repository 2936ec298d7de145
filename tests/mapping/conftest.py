"""What the tests of mappings share."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pyarrow as pa
import pytest

from tiphub.engine import DuckDBEngine
from tiphub.mapping import harmonise, parse_mapping
from tiphub.standard import Standard, load_standard

TODAY = dt.date(2026, 11, 21)
Rows = Sequence[dict[str, str | None]]
Run = Callable[[str, Rows], list[dict[str, Any]]]


@pytest.fixture(scope="session")
def standard() -> Standard:
    return load_standard()


@pytest.fixture
def engine() -> Iterator[DuckDBEngine]:
    with DuckDBEngine() as opened:
        yield opened


def raw_table(rows: Rows) -> pa.Table:
    """Rows of text cells as `tiphub.tabular` gives them; the header is row 1."""
    names = list(dict.fromkeys(name for row in rows for name in row if name != "_defect"))
    columns = {name: pa.array([row.get(name) for row in rows], pa.string()) for name in names}
    numbers = pa.array(range(2, len(rows) + 2), pa.int64())
    defects = pa.array([row.get("_defect") for row in rows], pa.string())
    return pa.table({"_row": numbers, "_defect": defects, **columns})


@pytest.fixture
def run(standard: Standard) -> Run:
    """Read rows by a mapping; the rows that come out, in order."""

    def read(text: str, rows: Rows) -> list[dict[str, Any]]:
        mapping = parse_mapping(text, "mapping.yml", standard)
        with DuckDBEngine() as engine:
            raw = engine.register("raw", raw_table(rows))
            found = harmonise(raw, mapping, standard, today=TODAY)
            out: list[dict[str, Any]] = engine.backend.to_pyarrow(found).sort_by("row").to_pylist()
        return out

    return read


def reasons(row: dict[str, Any]) -> list[tuple[str, str | None, str]]:
    """A row's problems, without names."""
    return [(problem["column"], problem["value"], problem["reason"]) for problem in row["problems"]]
