"""From the vault to a release, whole or not at all."""

import csv
import multiprocessing
import shutil
import time
from pathlib import Path

import pytest

from tiphub.errors import TiphubError
from tiphub.release import check
from tiphub.vault.hub import open_hub
from tiphub.vault.pipeline import build
from tiphub.vault.store import Store
from vault import crash
from vault.desk import MAPPING, Desk, Row

FORK = multiprocessing.get_context("forkserver")
FORK.set_forkserver_preload(["vault.crash"])


def many(desk: Desk, years: tuple[str, ...] = ("2019", "2020")) -> None:
    """Two hundred records of each year, in hub.yml narrowed to three columns."""
    rows: list[Row] = [
        (f"{year}-{i}", year, "F" if i % 2 else "M", "Ukraine" if i % 3 else "Nepal", "")
        for year in years
        for i in range(200)
    ]
    desk.send("many.csv", rows)
    settings = desk.hub.root / "hub.yml"
    columns = "[year_of_registration, gender, citizenship]"
    text = settings.read_text("utf-8")
    for name in ("columns", "quasi_identifiers"):
        text = text.replace(f"{name}: []", f"{name}: {columns}")
    settings.write_text(text, "utf-8")
    desk.hub = open_hub(desk.hub.root)


def test_a_release_holds_the_current_records(desk: Desk) -> None:
    many(desk)
    desk.send("more.csv", [("2019-0", "2020", "M", "Nepal", "")])
    release = build(desk.hub)
    assert check(release) == []
    with (release / "records.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 400
    assert sum(row["year_of_registration"] == "2020" for row in rows) == 201
    with Store.open(desk.hub) as store:
        private = store.evaluation(release.name)
    assert private
    assert private["people"] == 400


def test_a_year_beyond_the_declared_ones_is_unknown_in_the_release(desk: Desk) -> None:
    many(desk, ("1999", "2019"))
    release = build(desk.hub)
    with (release / "records.csv").open(encoding="utf-8") as stream:
        years = [row["year_of_registration"] for row in csv.DictReader(stream)]
    assert sorted(set(years)) == ["", "2019"]
    assert years.count("") == 200


def test_a_corrected_mapping_counts_in_the_next_release(desk: Desk) -> None:
    desk.map(MAPPING.replace(", M: man", ""))
    many(desk)
    assert len(desk.held()) == 200
    desk.map(MAPPING)
    build(desk.hub)
    assert desk.held() == []
    assert len(desk.records()) == 400


def test_an_empty_hub_and_settings_that_cannot_be_are_told(desk: Desk) -> None:
    with pytest.raises(TiphubError, match="nobody"):
        build(desk.hub)
    settings = desk.hub.root / "hub.yml"
    text = settings.read_text("utf-8")
    for line, wrong in (
        ("method: k_anonymity", "method: magic"),
        ("columns: []", "columns: [family_name, gender]"),
        ("quasi_identifiers: []", "quasi_identifiers: [gendre]"),
    ):
        settings.write_text(text.replace(line, wrong), "utf-8")
        with pytest.raises(TiphubError) as refused:
            build(open_hub(desk.hub.root))
        assert "hub.yml" in str(refused.value)
    assert list(desk.hub.releases.iterdir()) == []


def test_nothing_new_makes_no_new_release_and_no_version_comes_back(desk: Desk) -> None:
    many(desk)
    notes: list[str] = []
    first = build(desk.hub)
    assert build(desk.hub, told=notes.append) == first
    assert "Nothing changed" in notes[0]
    second = build(desk.hub, again=True, told=notes.append)
    assert second != first
    assert "same people" in notes[-1]
    shutil.rmtree(second)
    assert build(desk.hub, again=True).name not in {first.name, second.name}


def test_killed_at_any_moment_of_a_build(desk: Desk) -> None:
    many(desk)
    started = time.monotonic()
    first = build(desk.hub)
    whole = time.monotonic() - started
    for kill in range(6):
        child = FORK.Process(target=crash.build, args=(str(desk.hub.root),))
        child.start()
        child.join(whole * (kill + 1) / 6)
        child.kill()
        child.join()
        for release in whole_releases(desk.hub.releases):
            assert check(release) == []
        assert len(desk.records()) == 400
    last = build(desk.hub, again=True)
    assert last != first
    assert {path.name for path in desk.hub.releases.iterdir()} == {
        path.name for path in whole_releases(desk.hub.releases)
    }


def whole_releases(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if not path.name.startswith(".")]
