"""The whole way, as a newcomer goes it: one command, four agencies, a release."""

import csv
import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tiphub.simulate import AGENCIES, simulate_agencies, simulate_population

PEOPLE = 3_000


def run(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    keyless = {name: value for name, value in os.environ.items() if not name.startswith("TIPHUB_")}
    command = [sys.executable, "-m", "tiphub", *arguments]
    return subprocess.run(command, cwd=folder, env=keyless, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def first(place: Path) -> subprocess.CompletedProcess[str]:
    return run("demo", "--no-serve", "--people", str(PEOPLE), folder=place)


@pytest.mark.slow
def test_the_demo_ends_with_the_folder_of_a_release_that_holds(
    place: Path, first: subprocess.CompletedProcess[str]
) -> None:
    assert first.returncode == 0, first.stderr
    release = Path(first.stdout.splitlines()[-1])
    assert release.parent == place / "demo-hub" / "releases"
    assert run("check", str(release), folder=place).returncode == 0


@pytest.mark.slow
def test_the_demo_spends_epsilon_4_and_leaves_enough_for_another_release(
    place: Path, first: subprocess.CompletedProcess[str]
) -> None:
    assert first.returncode == 0, first.stderr
    package = json.loads((Path(first.stdout.splitlines()[-1]) / "datapackage.json").read_text("utf-8"))
    statement = package["tiphub"]["statement"]
    assert statement["method"] == "differential_privacy"
    assert 3.9 < statement["parameters"]["epsilon"] <= 4
    ledger = run("ledger", "demo-hub", folder=place)
    assert ledger.returncode == 0, ledger.stderr
    left = re.search(r"one more release of epsilon ([\d.]+)", ledger.stdout)
    assert left
    assert float(left[1]) > 4


@pytest.mark.slow
def test_the_demo_counts_together_what_its_stories_ask_of_boys_and_girls(
    place: Path, first: subprocess.CompletedProcess[str]
) -> None:
    assert first.returncode == 0, first.stderr
    release = Path(first.stdout.splitlines()[-1])
    names = ("family_boys_girls", "girls_boys_labour")
    only = [word for name in names for word in ("--only", name)]
    told = run("findings", str(release), *only, folder=place)
    assert told.returncode == 0, told.stderr
    text = " ".join(told.stdout.split())
    assert all(name in text for name in names)
    assert "did not count these answers together" not in text


@pytest.mark.slow
def test_every_fault_of_every_agency_is_in_quarantine(
    place: Path, first: subprocess.CompletedProcess[str], tmp_path: Path
) -> None:
    assert first.returncode == 0, first.stderr
    truth = simulate_agencies(simulate_population(PEOPLE, seed=1), tmp_path, seed=1)
    for name in AGENCIES:
        (report,) = (place / "demo-hub" / "agencies" / name / "reports").glob("*/quarantine.csv")
        with report.open(encoding="utf-8-sig", newline="") as file:
            delimiter = ";" if ";_tiphub_row" in file.readline() else ","
            file.seek(0)
            rows = {int(line["_tiphub_row"]) for line in csv.DictReader(file, delimiter=delimiter)}
        assert rows == truth.contributions[name].first.refused, Counter(
            row.kind for row in truth.contributions[name].first.dirty if row.row not in rows
        )


@pytest.mark.slow
def test_the_demo_run_again_keeps_what_is_there(place: Path, first: subprocess.CompletedProcess[str]) -> None:
    again = run("demo", "--no-serve", "--people", str(PEOPLE), folder=place)
    assert again.returncode == 0, again.stderr
    assert again.stdout == first.stdout
    assert again.stderr.count("taken in already") == len(AGENCIES)


@pytest.mark.slow
def test_other_people_do_not_get_into_the_same_hub(
    place: Path, first: subprocess.CompletedProcess[str]
) -> None:
    assert first.returncode == 0, first.stderr
    other = run("demo", "--no-serve", "--people", str(PEOPLE + 1), folder=place)
    assert other.returncode == 1
    assert f"made with {PEOPLE} people" in other.stderr
    assert "Traceback" not in other.stderr
