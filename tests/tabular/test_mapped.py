"""A table on the disk: whole, without a name, and not in memory."""

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from tiphub.errors import TiphubError
from tiphub.tabular.mapped import Mapped

SCHEMA = pa.schema([("code", pa.dictionary(pa.int8(), pa.string())), ("yes", pa.bool_())])
CODES = pa.array(["woman", "man"])


def batch(rows: int) -> pa.RecordBatch:
    places = pa.array(([0, 1, None] * rows)[:rows], pa.int8())
    flags = pa.array(([True, None] * rows)[:rows])
    return pa.record_batch([pa.DictionaryArray.from_arrays(places, CODES), flags], schema=SCHEMA)


def test_what_was_written_is_read_and_the_file_has_no_name(tmp_path: Path) -> None:
    mapped = Mapped(SCHEMA, tmp_path)
    for _ in range(3):
        mapped.write(batch(1_000))
    table = mapped.table()
    assert table.equals(pa.Table.from_batches([batch(1_000)] * 3))
    assert not list(tmp_path.iterdir())


def test_nothing_is_a_table_too() -> None:
    assert Mapped(SCHEMA).table().num_rows == 0


def test_its_size_takes_no_memory() -> None:
    piece, mapped, before = batch(200_000), Mapped(SCHEMA), pa.total_allocated_bytes()
    for _ in range(20):
        mapped.write(piece)
    table = mapped.table()
    assert table.nbytes > 15 * piece.nbytes
    assert pa.total_allocated_bytes() - before < piece.nbytes


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    script = (
        "import resource, signal, sys; from pathlib import Path; import pyarrow as pa\n"
        "from tiphub.tabular.mapped import Mapped\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "mapped = Mapped(pa.schema([('a', pa.int64())]), Path(sys.argv[1]))\n"
        "mapped.write(pa.record_batch({'a': list(range(10_000))}))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, tmp_path], capture_output=True, text=True, check=False
    )
    assert "TiphubError: There is no room to work in: File too large." in run.stderr


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(TiphubError, match="no room to work in"):
        Mapped(SCHEMA, tmp_path / "nothing")
