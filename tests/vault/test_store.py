"""Hubs, keys and the vault: made whole, locked, and opened by one at a time."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tiphub.errors import TiphubError
from tiphub.vault.hub import Settings, create_hub, open_hub
from tiphub.vault.keys import read_key
from tiphub.vault.pipeline import found
from tiphub.vault.store import Store
from vault.desk import Desk

PLANTED = "PlantedNameOfAVictim"


def test_a_new_hub_has_settings_a_vault_and_a_key_beside_it(tmp_path: Path) -> None:
    new = found(tmp_path / "hub", Settings(title="A: title", contact="a@b.example"))
    assert new.key_file == tmp_path / "hub.key"
    assert stat.S_IMODE(new.key_file.stat().st_mode) == 0o600
    assert stat.S_IMODE((new.hub.vault / "vault.duckdb").stat().st_mode) == 0o600
    hub = open_hub(tmp_path / "hub")
    assert (hub.settings.title, hub.settings.contact) == ("A: title", "a@b.example")
    assert hub.settings.release.k == 11
    assert "vault/" in (hub.root / ".gitignore").read_text("utf-8")
    with Store.open(hub) as store:
        assert store.contributions() == ()
        assert store.signing_key().public_key() == store.signing_key().public_key()


def test_a_hub_is_not_made_over_anything(tmp_path: Path) -> None:
    found(tmp_path / "hub", Settings())
    key = (tmp_path / "hub.key").read_text()
    with pytest.raises(TiphubError, match="a hub here already"):
        found(tmp_path / "hub", Settings())
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    with pytest.raises(TiphubError, match="not empty"):
        found(tmp_path / "full", Settings())
    assert (tmp_path / "hub.key").read_text() == key


def test_a_hub_that_cannot_be_made_leaves_nothing(tmp_path: Path) -> None:
    def fail(_: object) -> None:
        raise TiphubError("no")

    with pytest.raises(TiphubError):
        create_hub(tmp_path / "hub", Settings(), fail)
    assert list(tmp_path.iterdir()) == []


def test_the_key_may_not_lie_in_the_hub(tmp_path: Path) -> None:
    with pytest.raises(TiphubError, match="inside the hub"):
        found(tmp_path / "hub", Settings(key_file="vault/key"))


def test_the_key_comes_from_the_environment_first(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own = read_key(desk.hub)
    other = tmp_path / "other"
    other.write_text("another key, long enough\n")
    monkeypatch.setenv("TIPHUB_KEY_FILE", str(other))
    assert read_key(desk.hub) == "another key, long enough"
    monkeypatch.setenv("TIPHUB_KEY", own)
    assert read_key(desk.hub) == own
    with Store.open(desk.hub):
        pass


@pytest.mark.parametrize("key", ["", "short", "a key of good length\nand a break", "ключ от этого сейфа"])
def test_what_is_no_key_is_told_and_not_repeated(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("TIPHUB_KEY", key)
    with pytest.raises(TiphubError, match="no key for a vault") as refused:
        read_key(desk.hub)
    assert not key or key not in str(refused.value)


def test_a_missing_or_wrong_key_is_told_at_the_command_line(desk: Desk) -> None:
    path = desk.write("a.csv", [("A1", "2019", "F", "Peru", "")])
    command = [sys.executable, "-m", "tiphub", "ingest", str(desk.hub.root), "refuge", str(path)]
    wrong = "this is not the key of the hub"
    for environment, says in (
        ({"TIPHUB_KEY": wrong}, "The key does not open this vault"),
        ({"TIPHUB_KEY_FILE": str(desk.inbox / "none")}, "The vault's key was not found"),
    ):
        run = subprocess.run(
            command, env=os.environ | environment, capture_output=True, text=True, check=False, timeout=60
        )
        assert run.returncode == 1
        assert says in run.stderr
        assert wrong not in run.stderr + run.stdout
        assert "Traceback" not in run.stderr


def test_a_missing_vault_is_told(desk: Desk) -> None:
    (desk.hub.vault / "vault.duckdb").unlink()
    with pytest.raises(TiphubError, match="vault is missing"), Store.open(desk.hub):
        pass


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("titel: x", "Did you mean 'title'?"),
        ("years: [2020, 2010]", "first and a last year"),
        ("years: 2020", "cannot be 2020"),
        ("release: {k: 1}", "at least 2"),
        ("release: {kk: 11}", "no setting"),
        ("- a list", "Expected settings"),
        ("title: [", "not YAML"),
    ],
)
def test_settings_that_make_no_sense_are_told(desk: Desk, line: str, says: str) -> None:
    (desk.hub.root / "hub.yml").write_text(line, "utf-8")
    with pytest.raises(TiphubError) as refused:
        open_hub(desk.hub.root)
    assert says in str(refused.value)


def test_no_name_is_in_clear_in_the_vault_while_at_work_or_after(desk: Desk) -> None:
    rows = [(f"A{i}", "2019", "F", "Peru", f"{PLANTED} {i}") for i in range(3_000)]
    desk.send("a.csv", rows)
    with Store.open(desk.hub) as store:
        with store.transaction():
            store.engine.execute(f"INSERT INTO vault.main.meta VALUES ('x', '{PLANTED}')")
        at_work = [path for path in desk.hub.vault.rglob("*") if path.is_file() and path.suffix == ".wal"]
        assert at_work
        assert not any(PLANTED.encode() in path.read_bytes() for path in at_work)
    for path in desk.hub.root.rglob("*"):
        assert not path.is_file() or PLANTED.encode() not in path.read_bytes(), path


def test_without_the_extra_the_vault_says_what_to_install(tmp_path: Path) -> None:
    code = (
        "import importlib.util as u; real = u.find_spec\n"
        "u.find_spec = lambda name, *a: None if name == 'duckdb_extension_httpfs' else real(name, *a)\n"
        "try:\n    import tiphub.vault\nexcept ImportError as error:\n    print(error)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert "tiphub[vault]" in run.stdout
