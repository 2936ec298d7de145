"""``tiphub synthesise`` from the outside, and its work on the real files."""

import csv
import json
from fractions import Fraction
from pathlib import Path

import pyarrow as pa
import pytest
from typer.testing import CliRunner, Result

from tiphub.cli import app
from tiphub.errors import TiphubError
from tiphub.progress import Silent
from tiphub.simulate import simulate_layout
from tiphub.standard import load_standard
from tiphub.vault.s4_protect.dp.synthesis import Effort
from tiphub.vault.synthesise import Synthesis
from tiphub.vault.synthesise import synthesise as make

QUICK = Effort(groups=50, steps=20, rounds=10)
YEARS = (2002, 2023)


def synthesise(*words: object) -> Result:
    return CliRunner(env={"COLUMNS": "120"}).invoke(app, ["synthesise", *map(str, words)])


def refused(*words: object) -> str:
    result = synthesise(*words)
    assert isinstance(result.exception, TiphubError)
    return str(result.exception)


def read(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        return list(reader.fieldnames or []), list(reader)


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("cases") / "cases.csv"
    simulate_layout(file, "ctdc-2024", 150, seed=3)
    return file


@pytest.fixture(scope="module")
def made(cases: Path) -> tuple[Path, Result]:
    out = cases.parent / "new" / "out"
    return out, synthesise(cases, "--layout", "ctdc-2024", "--out", out, "--years", "2002-2023")


@pytest.mark.slow
def test_three_files_are_written_and_nothing_else_is_left(made: tuple[Path, Result]) -> None:
    out, result = made
    assert result.exit_code == 0, result.output
    assert sorted(item.name for item in out.iterdir()) == ["counts.csv", "records.csv", "statement.json"]
    assert [item.name for item in out.parent.iterdir()] == ["out"]


@pytest.mark.slow
def test_records_have_the_columns_and_words_of_the_file(made: tuple[Path, Result], cases: Path) -> None:
    (before, true), (after, rows) = read(cases), read(made[0] / "records.csv")
    assert after == before
    assert 50 < len(rows) < 250
    for name in ("gender", "isForcedLabour", "yearOfRegistration"):
        assert {row[name] for row in rows} <= {row[name] for row in true} | {
            str(y) for y in range(2002, 2024)
        }


@pytest.mark.slow
def test_counts_have_bounds_and_come_out_of_the_records_again(made: tuple[Path, Result]) -> None:
    header, counts = read(made[0] / "counts.csv")
    _, rows = read(made[0] / "records.csv")
    assert header == ["fields", "values", "count", "std", "low", "high"]
    for entry in counts[:: max(1, len(counts) // 300)]:
        fields = entry["fields"].split("|") if entry["fields"] else []
        values = tuple(entry["values"].split("|")) if fields else ()
        assert sum(tuple(row[name] for name in fields) == values for row in rows) == int(entry["count"])
        assert float(entry["low"]) <= int(entry["count"]) <= float(entry["high"])


@pytest.mark.slow
def test_what_is_counted_exactly_is_told_apart_with_a_warning(cases: Path, tmp_path: Path) -> None:
    header, rows = read(cases)
    broken = tmp_path / "broken.csv"
    with broken.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, header)
        writer.writeheader()
        writer.writerows([*rows, {**rows[0], "gender": "not a gender"}])
    result = synthesise(broken, "--layout", "ctdc-2024", "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert "1 of 151 rows could not be read and is not in it (tell nobody" in result.stderr
    assert "could not be read" not in result.stdout  # the noisy number of records may be 151 too


@pytest.mark.slow
def test_the_statement_says_what_was_promised(made: tuple[Path, Result]) -> None:
    statement = json.loads((made[0] / "statement.json").read_text("utf-8"))
    assert 3.99 < statement["parameters"]["epsilon"] <= 4
    assert statement["unit"].startswith("one record of the file")
    said = " ".join(statement["does_not_protect_from"])
    assert "nobody keeps count" in said
    assert "spends twice" in said
    assert not {"ledger", "agencies", "linkage"} & set(said.replace(",", " ").split())


def from_file(file: Path, layout: str, years: tuple[int, int] = YEARS, delta: float = 1e-6) -> Synthesis:
    return make(
        file,
        layout,
        rho=Fraction(3, 10),
        delta=delta,
        years=years,
        standard=load_standard(),
        progress=Silent(),
        effort=QUICK,
    )


@pytest.mark.slow
def test_the_real_sample_of_2024(shared_data: Path) -> None:
    made = from_file(shared_data / "ctdc_global_synthetic_2024_sample.csv.gz", "ctdc-2024")
    assert (made.read, made.quarantined) == (20_000, 0)
    records = pa.concat_tables(made.pieces())
    assert records.num_columns == 27
    assert records.num_rows == made.number
    assert abs(made.number - 20_000) < 400
    moved = made.statement["parameters"]["values_not_shown_on_their_own"]  # type: ignore[index]
    assert set(moved) <= {"citizenship", "country_of_exploitation"}
    women = records.column("gender").to_pylist().count("Woman") / made.number
    assert 0.4 < women < 0.8


def test_the_sheet_of_a_spreadsheet_can_be_named(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["About this file"])
    book.create_sheet("Cases").append(["something"])
    book["Cases"].append(["else"])
    book.save(tmp_path / "cases.xlsx")
    words = (tmp_path / "cases.xlsx", "--layout", "htcds-2.0", "--out", tmp_path / "out")
    assert "--sheet Cases" in refused(*words)
    assert "none of the columns that htcds-2.0 has" in refused(*words, "--sheet", "Cases")


def test_a_year_outside_the_declared_ones_is_unknown(cases: Path) -> None:
    made = from_file(cases, "ctdc-2024", (2010, 2012))
    years = {year for piece in made.pieces() for year in piece.column("yearOfRegistration").to_pylist()}
    assert years <= {"", None, "2010", "2011", "2012"}
    assert years & {"", None}


def test_cells_outside_the_declared_years_are_told(cases: Path) -> None:
    years = [int(row["yearOfRegistration"]) for row in read(cases)[1] if row["yearOfRegistration"]]
    outside = sum(not 2012 <= year <= 2014 for year in years)
    assert outside > 0
    assert from_file(cases, "ctdc-2024", (2012, 2014)).outside == {"year_of_registration": outside}


@pytest.mark.parametrize("epsilon", ["0", "-1", "inf", "nan", "1e6"])
def test_an_epsilon_that_promises_nothing_is_refused(cases: Path, tmp_path: Path, epsilon: str) -> None:
    out = tmp_path / "out"
    words = (cases, "--layout", "ctdc-2024", "--out", out, "--confirm-large-epsilon", f"--epsilon={epsilon}")
    assert "psilon" in refused(*words)
    assert not out.exists()


def test_a_large_epsilon_has_to_be_confirmed(cases: Path, tmp_path: Path) -> None:
    told = refused(cases, "--layout", "ctdc-2024", "--out", tmp_path / "out", "--epsilon", "50")
    assert "--confirm-large-epsilon" in told


@pytest.mark.parametrize("delta", ["0", "-1e-6", "1", "nan"])
def test_a_delta_that_is_none_is_refused(cases: Path, tmp_path: Path, delta: str) -> None:
    told = refused(cases, "--layout", "ctdc-2024", "--out", tmp_path / "out", f"--delta={delta}")
    assert "Delta" in told


def test_a_delta_above_one_in_the_number_of_people_is_refused(cases: Path) -> None:
    with pytest.raises(TiphubError, match="promises nothing"):
        from_file(cases, "ctdc-2024", delta=0.05)


def test_a_folder_that_holds_something_is_left_alone(cases: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    assert "not empty" in refused(cases, "--layout", "ctdc-2024", "--out", tmp_path)
    assert "not empty" in refused(cases, "--layout", "ctdc-2024", "--out", tmp_path / "mine.txt")
    assert (tmp_path / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize(
    "years", ["2002", "2023-2002", "a-b", "0-60000", "1899-2002", "99999-999999", "200²-2003"]
)
def test_years_that_are_no_range_are_refused(cases: Path, tmp_path: Path, years: str) -> None:
    told = refused(cases, "--layout", "ctdc-2024", "--out", tmp_path / "out", "--years", years)
    assert "no range of years" in told


def test_an_unknown_layout_and_a_file_in_another_are_refused(cases: Path, tmp_path: Path) -> None:
    assert "no layout" in refused(cases, "--layout", "ctdc-2042", "--out", tmp_path / "out")
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n")
    refused(other, "--layout", "ctdc-2024", "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "given",
    [
        ("--epsilon=0",),
        ("--epsilon=1e-9",),
        ("--epsilon=inf",),
        ("--delta=0",),
        ("--delta=2",),
        ("--delta=nan",),
    ],
)
def test_a_budget_that_cannot_be_speaks_of_the_options(
    cases: Path, tmp_path: Path, given: tuple[str]
) -> None:
    told = refused(cases, "--layout", "ctdc-2024", "--out", tmp_path / "out", *given)
    assert given[0].partition("=")[0] in told
    for word in ("hub", "HUB", "auto", "settings"):
        assert word not in told
    assert "default" in told


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Check that it is the right file"),
        ("a,b\n1,2\n", "Check that the layout is the right one"),
        ("yearOfRegistratio\n2019\n", "which ctdc-2024 has"),
    ],
)
@pytest.mark.parametrize("command", ["synthesise", "tabulate", "audit"])
def test_a_file_that_a_layout_cannot_read_has_neither_mapping_nor_agency(
    tmp_path: Path, text: str, says: str, command: str
) -> None:
    file = tmp_path / "other.csv"
    file.write_text(text, "utf-8")
    more = {"synthesise": ["--out", str(tmp_path / "out")], "tabulate": ["--field", "gender"], "audit": []}[
        command
    ]
    result = CliRunner().invoke(app, [command, str(file), "--layout", "ctdc-2024", *more])
    assert isinstance(result.exception, TiphubError)
    told = str(result.exception)
    assert says in told
    assert "other.csv" in told
    assert "mapping" not in told
    assert "agency" not in told
