"""JSON Lines and Parquet: typed values as text cells."""

import datetime as dt
import json
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tiphub.errors import TiphubError
from tiphub.tabular import open_table

from .tables import cells, defects, read

TEXT = st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\x00\ufffd"), max_size=12)
TABLES = st.integers(1, 4).flatmap(
    lambda n: st.lists(st.lists(TEXT, min_size=n, max_size=n), min_size=1, max_size=8)
)
QUIET = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def lines(path, *records):
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), "utf-8")
    return path


@QUIET
@given(TABLES)
def test_any_json_table_comes_back(tmp_path, body):
    names = [f"c{place}" for place in range(len(body[0]))]
    path = lines(tmp_path / "t.jsonl", *(dict(zip(names, row, strict=True)) for row in body))
    table, rows = read(path)
    assert table.columns == tuple(names)
    assert cells(rows) == [[cell or None for cell in row] for row in body]
    assert [row["_row"] for row in rows] == list(range(1, len(body) + 1))
    assert set(defects(rows)) == {number for number, row in enumerate(body, 1) if not any(row)}


@QUIET
@given(TABLES)
def test_any_parquet_table_comes_back(tmp_path, body):
    columns = {f"c{place}": [row[place] for row in body] for place in range(len(body[0]))}
    pq.write_table(
        pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()}), tmp_path / "t.pq"
    )
    _, rows = read(tmp_path / "t.pq")
    assert cells(rows) == [[cell or None for cell in row] for row in body]


def test_json_values(tmp_path):
    path = tmp_path / "t.jsonl"
    path.write_text(
        '{"id": 7, "age": 17.50, "known": true, "control": ["threats", "debt"], "place": {"country": "UA"}}\n'
        '{"id": 8, "control": [], "late": "x"}\n'
    )
    table, rows = read(path)
    assert table.columns == ("id", "age", "known", "control", "place.country", "late")
    assert cells(rows) == [
        ["7", "17.50", "true", "threats; debt", "UA", None],
        ["8", None, None, None, None, "x"],
    ]
    assert (table.rows, table.origin.format) == (2, "jsonl")


def test_json_lines_that_are_broken(tmp_path):
    path = tmp_path / "t.jsonl"
    path.write_text(
        '{"a": 1, "b": "x"}\n{"a": 2, "b": \n[1, 2]\n{"a": 3, "a": 4}\n\n'
        '{"a": 5, "b": ["x; y", "z"]}\n{}\n{"a": 6}\n\n\n'
    )
    _, rows = read(path)
    told = defects(rows)
    assert [row["_row"] for row in rows] == list(range(1, 9))
    assert set(told) == {2, 3, 4, 5, 6, 7}
    assert [told[2], told[3]] == ["the line is not JSON", "the line is JSON, but no object with named values"]
    assert "twice" in told[4]
    assert "semicolon" in told[6]
    assert rows[1]["a"] == '{"a": 2, "b": '


def test_parquet_types(tmp_path):
    moment = dt.datetime(2016, 3, 5)  # noqa: DTZ001
    table = pa.table(
        {
            "whole": pa.array([2016.0, float("nan")]),
            "small": pa.array([1, None], pa.int8()),
            "day": pa.array([dt.date(2016, 3, 5), None]),
            "time": pa.array([moment, moment.replace(hour=10)]),
            "yes": pa.array([True, False]),
            "list": pa.array([["a", "b"], ["a; b", "c"]]),
            "kind": pa.array(["x", ""]).dictionary_encode(),
            "exact": pa.array([Decimal("1.50"), None]),
        }
    )
    pq.write_table(table, tmp_path / "t.parquet")
    _, rows = read(tmp_path / "t.parquet")
    assert cells(rows) == [
        ["2016", "1", "2016-03-05", "2016-03-05", "true", "a; b", "x", "1.50"],
        [None, None, None, "2016-03-05 10:00:00", "false", "a; b; c", None, None],
    ]
    assert list(defects(rows)) == [2]


def test_parquet_without_rows_and_with_a_name_twice(tmp_path):
    pq.write_table(pa.table({"a": pa.array([], pa.string())}), tmp_path / "t.parquet")
    with pytest.raises(TiphubError, match="no rows"):
        open_table(tmp_path / "t.parquet")
    pq.write_table(pa.table([pa.array([1]), pa.array([2])], ["Age", "age"]), tmp_path / "t.parquet")
    with pytest.raises(TiphubError, match="'Age' stands twice"):
        open_table(tmp_path / "t.parquet")
