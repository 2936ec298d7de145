"""The embedded engine streams in bounded memory and never passes a cut-off stream for a whole one."""

from pathlib import Path

import ibis.expr.types as ir
import pyarrow as pa
import pytest

from tiphub.engine import DuckDBEngine, Step
from tiphub.errors import TiphubError


def test_a_table_and_a_stream_are_registered() -> None:
    table = pa.table({"a": [1, 2, 3]})
    with DuckDBEngine() as engine:
        assert engine.register("t", table).a.sum().execute() == 6
        stream = engine.register("s", table.to_reader())
        assert sum(batch.num_rows for batch in engine.batches(stream)) == 3


def test_batches_have_the_size_asked_for() -> None:
    with DuckDBEngine() as engine:
        numbers = engine.register("t", pa.table({"a": range(10_000)}))
        sizes = [batch.num_rows for batch in engine.batches(numbers, rows=2_048)]
    assert sum(sizes) == 10_000
    assert max(sizes) <= 2_048


def test_a_stream_that_another_query_cuts_off_says_so() -> None:
    with DuckDBEngine() as engine:
        numbers = engine.register("t", pa.table({"a": range(500_000)}))
        stream = engine.batches(numbers, rows=1_000)
        next(stream)
        engine.execute("SELECT 1")
        with pytest.raises(RuntimeError, match="another query"):
            list(stream)


def test_parquet_goes_out_and_comes_back(tmp_path: Path) -> None:
    with DuckDBEngine() as engine:
        table = engine.register("t", pa.table({"a": [1, None], "b": ["x", "y"]}))
        engine.write_parquet(table, tmp_path / "t.parquet")
        back = engine.read_parquet(tmp_path / "t.parquet").order_by("b").to_pyarrow()
    assert back.to_pylist() == [{"a": 1, "b": "x"}, {"a": None, "b": "y"}]


def test_what_is_no_parquet_is_told(tmp_path: Path) -> None:
    (tmp_path / "t.parquet").write_text("no")
    with DuckDBEngine() as engine:
        for name in ("t.parquet", "missing.parquet"):
            with pytest.raises(TiphubError, match="no readable Parquet"):
                engine.read_parquet(tmp_path / name)


def test_an_engine_for_reading_does_not_write(tmp_path: Path) -> None:
    with DuckDBEngine(read_only_files=True) as engine, pytest.raises(TiphubError, match="only reads"):
        engine.write_parquet(engine.register("t", pa.table({"a": [1]})), tmp_path / "t.parquet")
    assert list(tmp_path.iterdir()) == []


def test_a_transaction_is_kept_whole_or_not_at_all() -> None:
    with DuckDBEngine() as engine:
        engine.execute("CREATE TABLE t (a INTEGER)")
        with pytest.raises(ZeroDivisionError), engine.transaction():
            assert engine.execute("INSERT INTO t VALUES (1)")[0][0] / 0
        with engine.transaction():
            engine.insert("t", engine.register("s", pa.table({"a": [2]})))
        assert engine.execute("SELECT a FROM t") == [(2,)]


def test_too_little_memory_is_told_and_nothing_is_spilled_unasked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    distinct = "SELECT count(*) FROM (SELECT DISTINCT range || 'x' FROM range(3000000))"
    with (
        DuckDBEngine(memory_limit="20MB", threads=1) as engine,
        pytest.raises(TiphubError, match="not enough memory"),
    ):
        engine.execute(distinct)
    assert list(tmp_path.iterdir()) == []


def test_an_expression_in_steps_says_the_same_and_each_step_once() -> None:
    def doubled(table: ir.Table, step: Step) -> ir.Table:
        for _ in range(40):
            table = step(table.mutate(a=table.a + table.a))
        return table

    with DuckDBEngine() as engine:
        table = engine.register("t", pa.table({"a": [1, 2]}))
        made = engine.steps("doubled", lambda step: doubled(table, step))
        assert sorted(made.to_pyarrow().column("a").to_pylist()) == [2**40, 2**41]


def test_a_stream_of_the_engine_is_collected_while_it_is_read() -> None:
    numbers = pa.table({"a": range(600_000), "b": [None] * 600_000}).cast(
        pa.schema([("a", pa.int64()), ("b", pa.string())])
    )
    with DuckDBEngine() as engine:
        stream = engine.batches(engine.register("t", numbers), rows=50_000)
        kept = engine.collect("kept", numbers.schema, stream)
        assert (kept.count().execute(), kept.a.sum().execute()) == (600_000, 599_999 * 300_000)
        assert kept.b.count().execute() == 0
        nobody = engine.collect("kept", numbers.schema, [])
        assert nobody.count().execute() == 0


def test_what_is_collected_takes_little_memory() -> None:
    codes = pa.table({f"c{place}": ["yes", "no", None, "no"] * 50_000 for place in range(20)})
    with DuckDBEngine() as engine:
        engine.collect("codes", codes.schema, codes.to_batches(max_chunksize=50_000) * 4)
        ((kept,),) = engine.execute("SELECT sum(memory_usage_bytes)::BIGINT FROM duckdb_memory()")
        plain = 4 * codes.nbytes
        assert kept < plain / 5
