"""People's rows that memory does not hold lie on the disk as nobody can read them, and not for long."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pytest

from tiphub.engine import DuckDBEngine, spilling
from tiphub.errors import TiphubError

PLANTED = "PlantedNameOfAVictim"
ROWS = 50_000
SCHEMA = pa.schema([("row", pa.int64()), ("name", pa.string()), ("story", pa.string())])
BATCHES = 40


def people() -> Iterator[pa.RecordBatch]:
    """Two million rows of which no two say the same, so that packing them helps little; one is very long."""
    long = "".join(f"{PLANTED}{hash((number, 1))}" for number in range(20_000))
    for first, end in pairwise(range(0, ROWS * (BATCHES + 1), ROWS)):
        numbers = range(first, end)
        names = [f"{PLANTED}{hash((number, 2)):x}" for number in numbers]
        stories = [long if number == first else None for number in numbers]
        yield pa.record_batch([pa.array(numbers), names, stories], schema=SCHEMA)


def spilled(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def in_clear(folder: Path) -> bool:
    """Whether the planted word can be read in anything that lies in a folder now."""
    found = spilled(folder)
    assert sum(path.stat().st_size for path in found) > 5_000_000, "too little was spilled to tell"
    return any(PLANTED.encode() in path.read_bytes() for path in found)


def test_what_memory_does_not_hold_is_spilled_encrypted_and_comes_back(tmp_path: Path) -> None:
    with spilling(tmp_path, memory_limit="60MB", threads=1) as engine:
        kept = engine.collect("people", SCHEMA, people())
        assert not in_clear(tmp_path)
        assert kept.count().execute() == ROWS * BATCHES
        assert kept.filter(kept.name.startswith(PLANTED)).row.nunique().execute() == ROWS * BATCHES
        assert kept.story.length().max().execute() > 256 * 1024
        assert not in_clear(tmp_path)
        (own,) = tmp_path.iterdir()
        assert own.stat().st_mode & 0o077 == 0
    assert list(tmp_path.iterdir()) == []


def test_an_engine_that_does_not_encrypt_would_be_found_out(tmp_path: Path) -> None:
    with DuckDBEngine(memory_limit="60MB", temp_directory=tmp_path / "spill", threads=1) as engine:
        engine.collect("people", SCHEMA, people())
        assert in_clear(tmp_path)


def test_encryption_cannot_be_switched_off(tmp_path: Path) -> None:
    with spilling(tmp_path) as engine:
        assert engine.execute("SELECT current_setting('temp_file_encryption')") == [(True,)]
        with pytest.raises(Exception, match="locked"):
            engine.execute("SET temp_file_encryption = false")


KILLED = """
import sys
from pathlib import Path
from engine.test_spilling import SCHEMA, people
from tiphub.engine import spilling

with spilling(Path(sys.argv[1]), memory_limit="60MB", threads=1) as engine:
    engine.collect("people", SCHEMA, people())
    print("spilled", flush=True)
    sys.stdin.read()
"""


def test_what_a_killed_process_left_is_unreadable_and_goes_with_the_next(tmp_path: Path) -> None:
    tests = Path(__file__).parents[1]
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(tests)},
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == b"spilled\n"
        (held,) = tmp_path.iterdir()
        with spilling(tmp_path):
            assert held.is_dir(), "the spill of a living process was taken away"
        process.send_signal(signal.SIGKILL)
    assert not in_clear(tmp_path)
    with spilling(tmp_path):
        assert not held.exists()
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_spill_of_ours_stays(tmp_path: Path) -> None:
    (elsewhere := tmp_path / "elsewhere").mkdir()
    (elsewhere / "kept").write_text("kept")
    (folder := tmp_path / "folder").mkdir()
    (folder / ".tiphub-spill-linked").symlink_to(elsewhere)
    (folder / "other").mkdir()
    with spilling(folder):
        pass
    assert (elsewhere / "kept").read_text() == "kept"
    assert (folder / "other").is_dir()


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(TiphubError, match="Nothing can be written here"), spilling(tmp_path / "missing"):
        pass
