"""The vault file: nothing in clear on disk, the key never told."""

import traceback
from pathlib import Path

import pytest

from tiphub.engine.vault_file import open_encrypted
from tiphub.errors import TiphubError

KEY = "correct horse 'battery' staple"
PLANTED = "PlantedNameOfAVictim"


def plant(path: Path, spill: Path, rows: int = 200_000) -> None:
    names = f"SELECT range AS a, '{PLANTED}' || range AS b FROM range({rows})"
    with open_encrypted(path, KEY, spill) as engine:
        engine.execute(f"CREATE TABLE vault.main.t AS {names}")


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_nothing_is_in_clear_in_the_file_its_log_or_its_spill(tmp_path: Path) -> None:
    with open_encrypted(
        tmp_path / "v.duckdb", KEY, tmp_path / "spill", memory_limit="100MB", threads=1
    ) as engine:
        engine.execute("CREATE TABLE vault.main.log (b VARCHAR)")
        engine.execute(f"INSERT INTO vault.main.log SELECT '{PLANTED}' || range FROM range(100)")
        engine.execute(
            f"CREATE TEMP TABLE t AS SELECT '{PLANTED}' || range || hash(range) AS b FROM range(4_000_000)"
        )
        written = files(tmp_path)
        assert any(path.suffix == ".wal" for path in written)
        assert any("spill" in path.parts for path in written)
        assert not any(PLANTED.encode() in path.read_bytes() for path in written if path.suffix != ".duckdb")
    assert PLANTED.encode() not in (tmp_path / "v.duckdb").read_bytes()
    with open_encrypted(tmp_path / "v.duckdb", KEY, tmp_path / "spill") as engine:
        assert engine.execute("SELECT count(*) FROM vault.main.log") == [(100,)]


@pytest.mark.parametrize("key", ["wrong key, quite long", "'", "x'; SELECT 1; --"])
def test_a_wrong_key_is_told_and_not_repeated(tmp_path: Path, key: str) -> None:
    plant(tmp_path / "v.duckdb", tmp_path / "spill", 10)
    with pytest.raises(TiphubError, match="key does not open") as refused:
        open_encrypted(tmp_path / "v.duckdb", key, tmp_path / "spill")
    told = "".join(traceback.format_exception(refused.value, chain=True))
    assert key not in str(refused.value)
    assert refused.value.__suppress_context__
    assert key not in told


def test_what_is_no_vault_is_told(tmp_path: Path) -> None:
    plant(tmp_path / "v.duckdb", tmp_path / "spill")
    whole = (tmp_path / "v.duckdb").read_bytes()
    for content in (b"no database" * 1000, whole[: len(whole) // 3]):
        path = tmp_path / "broken.duckdb"
        path.write_bytes(content)
        with pytest.raises(TiphubError, match="damaged"):
            open_encrypted(path, KEY, tmp_path / "spill")


def test_what_may_not_be_opened_is_not_called_damaged(tmp_path: Path) -> None:
    (tmp_path / "v.duckdb").mkdir()
    with pytest.raises(TiphubError, match="may not be read and written") as refused:
        open_encrypted(tmp_path / "v.duckdb", KEY, tmp_path / "spill")
    assert "backup" not in str(refused.value)
