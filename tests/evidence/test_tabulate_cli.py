"""``tiphub tabulate`` as people and scripts use it, on a small file of the 2024 layout."""

import csv
import json
from io import StringIO
from pathlib import Path

import pytest
from typer.testing import CliRunner

from release.sample import K, publish_sample
from tiphub.cli import app
from tiphub.errors import TiphubError
from tiphub.mapping import load_layout
from tiphub.standard import load_standard

RUNNER = CliRunner()


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three children, two recruited by family; one adult, by a friend."""
    path = tmp_path_factory.mktemp("cases") / "cases.csv"
    columns = load_layout("ctdc-2024", load_standard()).columns
    rows = [
        {"ageBroad": "09--17", "recruiterRelationFamily": "1", "gender": "Woman"},
        {"ageBroad": "09--17", "recruiterRelationFamily": "1", "gender": "Man"},
        {"ageBroad": "09--17", "recruiterRelationOther": "1", "gender": "Woman"},
        {"ageBroad": "18--20", "recruiterRelationFriend": "1", "gender": "Woman"},
    ]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
    return path


def run(path: Path, *arguments: str) -> str:
    result = RUNNER.invoke(app, ["tabulate", str(path), *arguments])
    if result.exception is not None:
        raise result.exception
    return result.stdout


BY = ("--layout", "ctdc-2024", "--group", "recruiter_relation", "--by", "majority_status")


def test_json_for_scripts(cases: Path) -> None:
    document = json.loads(run(cases, *BY, "--format", "json"))
    assert document["source"] == str(cases)
    assert document["measure"] == "recruiter_relation"
    first = document["rows"][0]
    assert list(first)[:7] == ["by", "value", "numerator", "denominator", "share", "low", "high"]
    assert document["includes"] == ["sampling"]
    assert first["numerator_low"] is first["denominator_high"] is None
    assert first["by"] == {"majority_status": "child"}
    assert (first["value"], first["numerator"], first["denominator"], first["share"]) == (
        "family",
        2,
        3,
        2 / 3,
    )
    assert first["low"] < first["share"] < first["high"]


def test_csv_and_table_tell_the_same(cases: Path) -> None:
    rows = list(csv.DictReader(StringIO(run(cases, *BY, "--format", "csv"))))
    assert rows[0]["recruiter_relation"] == "family"
    assert float(rows[0]["share"]) == 2 / 3
    shown = run(cases, *BY)
    assert "Relation to the recruiter" in shown
    assert "66.7%" in shown
    assert "NaN" not in shown


def test_conditions_and_a_question_that_nobody_answered(cases: Path) -> None:
    arguments = ("--layout", "ctdc-2024", "--field", "gender", "--where", "recruiter_relation_family=yes")
    document = json.loads(run(cases, *arguments, "--format", "json"))
    assert [(row["value"], row["numerator"]) for row in document["rows"]] == [("woman", 1), ("man", 1)]
    assert run(cases, "--layout", "ctdc-2024", "--group", "labour_sector").startswith(
        "No record has an answer"
    )


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("--group", "labour_sector"), "read by a layout"),
        (("--layout", "ctdc-2024", "--field", "gender", "--where", "gender"), "no condition"),
        (("--layout", "ctdc-2024", "--field", "gender", "--where", "gender=womn"), "no value womn"),
        (("--layout", "ctdc-2019", "--field", "gender"), "no layout"),
        (("--layout", "ctdc-2024"), "either a group or a field"),
    ],
)
def test_mistakes(cases: Path, arguments: tuple[str, ...], what: str) -> None:
    with pytest.raises(TiphubError, match=what):
        run(cases, *arguments)


def test_a_release_holds_back_what_is_too_few(tmp_path: Path) -> None:
    release = publish_sample(tmp_path)
    document = json.loads(run(release, "--field", "gender", "--by", "citizenship", "--format", "json"))
    counts = [row["numerator"] for row in document["rows"]]
    assert document["source"] == str(release)
    assert all(count is None or count >= K for count in counts)
    assert any(counts)


def test_no_such_source(tmp_path: Path) -> None:
    with pytest.raises(TiphubError, match="no such file"):
        run(tmp_path / "nothing.csv", *BY)
