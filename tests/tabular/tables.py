"""Helpers of this room's tests."""

from pathlib import Path
from typing import Any

from tiphub.tabular import RawTable, ReadOptions, open_table


def read(path: Path, **options: Any) -> tuple[RawTable, list[dict[str, Any]]]:
    """A file's table and all its rows."""
    table = open_table(path, ReadOptions(**options))
    return table, [row for batch in table.batches() for row in batch.to_pylist()]


def defects(rows: list[dict[str, Any]]) -> dict[int, str]:
    """The defects by row number."""
    return {row["_row"]: row["_defect"] for row in rows if row["_defect"]}


def cells(rows: list[dict[str, Any]]) -> list[list[str | None]]:
    """The cells alone."""
    return [[value for name, value in row.items() if name not in ("_row", "_defect")] for row in rows]
