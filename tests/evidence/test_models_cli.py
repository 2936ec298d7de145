"""``tiphub model`` as people and scripts use it."""

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tiphub.cli import app
from tiphub.errors import TiphubError
from tiphub.simulate import load_truth, simulate_layout

RUNNER = CliRunner()


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cases") / "cases.csv"
    simulate_layout(path, "ctdc-2018", 2_000, seed=2)
    return path


@pytest.fixture(scope="module")
def risk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("risk") / "risk.csv"
    lines = [f"{name},{origin.climate}" for name, origin in load_truth().origins.items()]
    path.write_text("\n".join(["# A fictional index", "country,value", *lines]), "utf-8")
    return path


def run(path: Path, *arguments: str) -> str:
    result = RUNNER.invoke(
        app, ["model", str(path), "--layout", "ctdc-2018", *arguments], env={"COLUMNS": "100"}
    )
    if result.exception is not None:
        raise result.exception
    return result.stdout


def test_a_table_for_people(cases: Path, risk: Path) -> None:
    said = run(
        cases, "--outcome", "child", "--on", "gender,climate_risk", "--covariate", f"climate_risk={risk}"
    )
    for part in (
        "Odds of being registered as a child",
        "1 (reference)",
        "each point more",
        "A fictional index",
    ):
        assert part in said
    assert "p-value" not in said


@pytest.mark.parametrize(
    ("option", "what", "do"),
    [
        ("--covariate", "risk is no file of values", "NAME=FILE.csv"),
        ("--reference", "risk is no reference", "COVARIATE=VALUE"),
        ("--among", "risk is no condition", "FIELD=VALUE"),
    ],
)
def test_an_option_without_a_value_is_told_what_it_takes(
    cases: Path, option: str, what: str, do: str
) -> None:
    with pytest.raises(TiphubError, match=what) as error:
        run(cases, "--outcome", "child", "--on", "gender", option, "risk")
    assert do in error.value.do


@pytest.mark.parametrize("columns", [80, 40])
def test_no_number_is_cut_however_narrow_the_terminal(cases: Path, columns: int) -> None:
    arguments = [
        "model",
        str(cases),
        "--layout",
        "ctdc-2018",
        "--outcome",
        "child",
        "--on",
        "gender,income_level",
    ]
    narrow, wide = (
        RUNNER.invoke(app, arguments, env={"COLUMNS": str(width)}).stdout for width in (columns, 200)
    )
    assert "…" not in narrow
    told = re.findall(r"[\d.]+ \([\d.]+–[\d.]+\)", wide)
    assert len(told) >= 4
    assert re.findall(r"[\d.]+ \([\d.]+–[\d.]+\)", narrow) == told


def test_json_for_scripts(cases: Path) -> None:
    text = run(
        cases,
        *("--outcome", "international", "--on", "gender", "--on", "income_level"),
        *("--among", "majority_status=child", "--reference", "income_level=Low", "--format", "json"),
    )
    document = json.loads(text)
    assert document["outcome"] == "international"
    man = next(effect for effect in document["effects"] if effect["level"] == "man")
    assert man["adjusted"]["low"] < man["adjusted"]["ratio"] < man["adjusted"]["high"]
    low = next(effect for effect in document["effects"] if effect["level"] == "Low")
    assert low["reference"]
    assert document["used"] <= document["people"]
    assert len(document["sentences"]) == sum(not effect["reference"] for effect in document["effects"])
    for effect, said in zip(
        (effect for effect in document["effects"] if not effect["reference"]),
        document["sentences"],
        strict=True,
    ):
        ratio = effect["adjusted"]
        assert ("cannot tell" in said) == bool(ratio and ratio["low"] <= 1 <= ratio["high"])
        assert ("no odds ratio" in said) == (ratio is None)


def test_a_forest_plot_that_says_the_same_numbers(cases: Path, tmp_path: Path) -> None:
    path = tmp_path / "forest.svg"
    said = run(cases, "--outcome", "child", "--on", "gender,income_level", "--chart", str(path))
    drawn = [item.text for item in ET.parse(path).iter("{http://www.w3.org/2000/svg}text")]
    man = next(line for line in said.splitlines() if line.strip().startswith("Man"))
    assert any(text and text in man and "–" in text for text in drawn)
    assert "1 (reference)" in drawn


def test_a_page_that_stands_alone(cases: Path) -> None:
    page = run(cases, "--outcome", "child", "--on", "gender", "--format", "html")
    said = run(cases, "--outcome", "child", "--on", "gender")
    man = next(line for line in said.splitlines() if line.strip().startswith("Man")).split()
    assert all(f">{number}<" in page for number in man[1:3])
    assert page.count("<svg") == 1
    assert "wider by privacy" not in page
    assert "://" not in page.replace("http://www.w3.org/", "")


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("--on", "gender"), "Say which model to fit"),
        (("--outcome", "child"), "Say which model to fit"),
        (("--outcome", "child", "--on", "gender", "--chart", "x.pdf"), ".svg or .png"),
        (("--outcome", "child", "--on", "gender", "--reference", "gender"), "no reference"),
        (("--outcome", "child", "--on", "gender", "--covariate", "risk=absent.csv"), "cannot be read"),
    ],
)
def test_mistakes_are_told_with_what_to_do(cases: Path, arguments: tuple[str, ...], what: str) -> None:
    with pytest.raises(TiphubError) as raised:
        run(cases, *arguments)
    assert what in str(raised.value)
