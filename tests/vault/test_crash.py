"""Killed at any moment, short of disk, two at once: the last good state stands."""

import multiprocessing
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tiphub.errors import TiphubError
from tiphub.vault.hub import open_hub
from tiphub.vault.schema import HARMONISED, SUPERSEDED
from tiphub.vault.store import Store
from vault import crash
from vault.desk import MAPPING, Desk, Row

ROWS = 5_000
KILLS = 15
FORK = multiprocessing.get_context("forkserver")
FORK.set_forkserver_preload(["vault.crash"])


def rows(first: int, country: str, count: int = ROWS) -> list[Row]:
    return [
        (f"A{i}", "2019", "F" if i % 50 else "?", country, f"remark {i * 7919}")
        for i in range(first, first + count)
    ]


@dataclass(frozen=True)
class State:
    """All that the vault holds, as sums over its rows."""

    contributions: tuple[tuple[object, ...], ...]
    records: tuple[object, ...]
    held: tuple[object, ...]
    superseded: tuple[object, ...]


def state(root: Path) -> State:
    with Store.open(open_hub(root)) as store:
        run = store.engine.execute
        known = run('SELECT number, sha256, "rows", mapping FROM vault.main.contribution ORDER BY 1')
        for number, _, count, _ in known:
            assert run(f"SELECT count(*) FROM vault.main.raw_{number}") == [(count,)]
        raw = run("SELECT count(*) FROM duckdb_tables() WHERE table_name LIKE 'raw%'")
        assert raw == [(len(known),)], "cells of a file that was never entered are still there"
        store.engine.hold("records", store.records())
        store.engine.hold("held", store.quarantine())
        total = "SELECT count(*), sum(hash(t)::HUGEINT) FROM {} AS t"
        return State(
            tuple(known),
            run(total.format("records"))[0],
            run(total.format("held"))[0],
            run(total.format(SUPERSEDED))[0] + run(f"SELECT count(*) FROM {HARMONISED}")[0],
        )


def test_killed_at_any_moment_of_an_ingest(desk: Desk) -> None:
    """A changed mapping and a corrected file: at every moment the vault is as before, between, or after."""
    desk.send("1.csv", rows(0, "Ukraine"))
    desk.map(MAPPING.replace("F: woman", "F: woman, '?': woman"))
    second = desk.write("2.csv", rows(ROWS // 2, "Nepal"))
    root = desk.hub.root
    before = state(root)
    between, after = root.with_name("between"), root.with_name("after")
    for copy in (between, after):
        shutil.copytree(root, copy)
        shutil.copy(root.with_name("hub.key"), copy.with_name(f"{copy.name}.key"))
        (copy / "hub.yml").write_text(
            (copy / "hub.yml").read_text("utf-8").replace("hub.key", f"{copy.name}.key")
        )
    run(between, [desk.inbox / "1.csv"])
    started = time.monotonic()
    run(after, [second])
    whole = time.monotonic() - started
    good = [before, state(between), state(after)]
    assert len(set(good)) == 3

    seen = set()
    for kill in range(KILLS):
        child = start(root, [second])
        child.join(whole * (kill + 1) / KILLS)
        child.kill()
        child.join()
        seen.add(good.index(state(root)))
    assert 0 in seen, "no kill came before the first change"
    run(root, [second])
    assert state(root) == good[2]


def start(root: Path, files: list[Path]) -> multiprocessing.process.BaseProcess:
    child = FORK.Process(target=crash.ingest, args=(str(root), "refuge", [str(file) for file in files]))
    child.start()
    return child


def run(root: Path, files: list[Path]) -> None:
    child = start(root, files)
    child.join()
    assert child.exitcode == 0


def test_a_second_tiphub_is_told_that_another_is_at_work(desk: Desk) -> None:
    path = desk.write("1.csv", rows(0, "Peru", 5))
    with Store.open(desk.hub):
        command = [sys.executable, "-m", "tiphub", "ingest", str(desk.hub.root), "refuge", str(path)]
        second = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        with pytest.raises(TiphubError, match="at work"):
            desk.take(path)
    assert second.returncode == 1
    assert "Another tiphub is at work on this hub" in second.stderr
    assert "Traceback" not in second.stderr
    assert desk.records() == []


def test_a_full_disk_is_told_and_the_last_good_state_stands(desk: Desk) -> None:
    desk.send("1.csv", rows(0, "Ukraine", 10))
    before = state(desk.hub.root)
    path = desk.write("2.csv", rows(0, "Nepal", 20_000))
    answer = desk.inbox / "answer"
    limit = (desk.hub.vault / "vault.duckdb").stat().st_size + 50_000
    child = FORK.Process(
        target=crash.ingest_with_little_disk,
        args=(str(desk.hub.root), "refuge", str(path), limit, str(answer)),
    )
    child.start()
    child.join()
    assert "The disk is full" in answer.read_text("utf-8")
    assert state(desk.hub.root) == before
    assert desk.take(path).quality.accepted


def test_an_interrupted_ingest_says_that_nothing_half_done_was_kept(desk: Desk) -> None:
    path = desk.write("1.csv", rows(0, "Peru", 600_000))
    command = [sys.executable, "-m", "tiphub", "ingest", str(desk.hub.root), "refuge", str(path)]
    child = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    vault = desk.hub.vault / "vault.duckdb"
    small = vault.stat().st_size
    while vault.stat().st_size < small + 1_000_000 and child.poll() is None:
        time.sleep(0.01)
    child.send_signal(signal.SIGINT)
    _, told = child.communicate(timeout=60)
    assert child.returncode == 130
    assert "nothing half-done was kept" in told
    assert "Traceback" not in told
    assert desk.records() == []
