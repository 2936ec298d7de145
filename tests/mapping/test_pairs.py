"""Files with a row for each pair of a victim and a perpetrator: read, written, and kept apart from people."""

import csv
import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pytest
from typer.testing import CliRunner, Result

from tiphub.cli import app
from tiphub.engine import DuckDBEngine
from tiphub.errors import TiphubError
from tiphub.mapping import (
    in_sets,
    layout_variables,
    layout_words,
    load_layout,
    open_standard,
    parse_mapping,
    standard_of,
    write_layout,
)
from tiphub.mapping.draft import draft_mapping
from tiphub.mapping.draft.lexicon import load_lexicon
from tiphub.progress import Silent
from tiphub.simulate import simulate_layout
from tiphub.standard import decode, load_standard
from tiphub.tabular import open_table
from tiphub.vault.s4_protect.dp.synthesis import Effort
from tiphub.vault.synthesise import synthesise

LAYOUT = "ctdc-victim-perpetrator-2022"
PAIRS = standard_of(LAYOUT)
FORM = load_layout(LAYOUT, PAIRS)
VARIABLES = layout_variables(FORM, PAIRS, years=(2005, 2022))


def drawn(rows: int, seed: int = 5) -> pa.Table:
    """Pairs in which every value of every column occurs, in the standard."""
    rng = np.random.default_rng(seed)
    codes = np.stack([rng.integers(0, item.cardinality, rows) for item in VARIABLES], 1).astype(np.int16)
    table = decode(codes, VARIABLES)
    flags = [item.name for item in VARIABLES if PAIRS.columns[item.name].kind == "flag"]
    for name in flags:
        table = table.set_column(
            table.column_names.index(name), name, pc.equal(table.column(name), "yes").combine_chunks()
        )
    return table


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pairs") / "pairs.csv"
    written, losses = write_layout(drawn(600), FORM, PAIRS)
    assert losses == []
    pa_csv.write_csv(written, path)
    return path


def read(path: Path) -> pa.Table:
    with DuckDBEngine() as engine:
        found = open_standard(path, LAYOUT, PAIRS, engine)
        assert found.quarantined == 0
        return found.table.order_by("row").to_pyarrow()


def test_simulated_pairs_come_back_cell_by_cell(file: Path, tmp_path: Path) -> None:
    table, true = read(file), drawn(600)
    for name in true.column_names:
        assert table.column(name).to_pylist() == true.column(name).to_pylist(), name
    pa_csv.write_csv(write_layout(table, FORM, PAIRS)[0], tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_bytes() == file.read_bytes()


def cells(path: Path, **given: str) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, FORM.columns, restval="")
        writer.writeheader()
        writer.writerow({"gender": "Male", **given})
    return path


def test_several_answers_of_a_cell_are_flags_and_nothing_is_a_no(tmp_path: Path) -> None:
    path = cells(tmp_path / "one.csv", IP_Gender="Male;Female", IP_PayMoney="No;Yes", IP_Exploiter="1")
    (row,) = read(path).to_pylist()
    assert row["perpetrator_gender_woman"] is row["perpetrator_gender_man"] is True
    assert row["perpetrator_gender_trans_nonconforming"] is None
    assert row["perpetrator_payment_paid"] is row["perpetrator_payment_did_not_pay"] is True
    assert (row["perpetrator_role_exploiter"], row["perpetrator_role_recruiter_or_broker"]) == (True, None)
    assert not [name for name in PAIRS.columns if row[name] is False]
    (written,) = write_layout(read(path), FORM, PAIRS)[0].to_pylist()
    assert (written["IP_Gender"], written["IP_PayMoney"]) == ("Female;Male", "No;Yes")


@pytest.mark.parametrize(
    ("column", "cell"),
    [("IP_Gender", "Female;Cat"), ("UN_COO_Region", "Atlantis"), ("yearRegister", "2018")],
)
def test_what_the_layout_does_not_know_is_set_aside(column: str, cell: str, tmp_path: Path) -> None:
    with DuckDBEngine() as engine, pytest.raises(TiphubError, match="No row"):
        open_standard(cells(tmp_path / "one.csv", **{column: cell}), LAYOUT, PAIRS, engine)


def test_the_domain_is_the_files_own_words() -> None:
    values = {item.name: item.values for item in VARIABLES}
    assert values["gender"] == ("woman", "man")
    assert values["region_of_exploitation"] == ("africa", "americas_oceania", "asia", "europe")
    assert values["perpetrator_relation_family_or_partner"] == ("yes",)
    assert "perpetrator_gender_trans_nonconforming" not in values
    assert len(values) == 26


def test_records_of_victims_know_nothing_of_it() -> None:
    victims = load_standard()
    new = [name for name in PAIRS.columns if name not in victims.columns]
    assert "perpetrator_role_exploiter" in new
    assert "region_of_citizenship" in new
    assert not {*PAIRS.fields, *PAIRS.groups} & set(new) & {*victims.fields, *victims.groups}
    assert set(victims.columns) < set(PAIRS.columns)
    assert PAIRS.published == victims.published or not set(victims.published) & set(new)
    assert LAYOUT not in load_lexicon(victims).layouts


def test_a_mapping_cannot_extend_it() -> None:
    with pytest.raises(TiphubError, match="a victim-perpetrator pair, not a person"):
        parse_mapping(f"extends: {LAYOUT}", "mapping.yml", load_standard())


def test_no_mapping_is_drafted_for_it(file: Path) -> None:
    with pytest.raises(TiphubError, match="a victim-perpetrator pair, not a person"):
        draft_mapping(open_table(file), load_standard())


def run(*words: object) -> Result:
    return CliRunner(env={"COLUMNS": "200"}).invoke(app, list(map(str, words)))


@pytest.mark.parametrize("command", [("findings",), ("model", "--outcome", "child", "--on", "gender")])
def test_what_is_about_people_refuses_it(command: tuple[str, ...], file: Path) -> None:
    result = run(*command, file, "--layout", LAYOUT)
    assert isinstance(result.exception, TiphubError)
    assert "a victim-perpetrator pair, not a person" in str(result.exception)


@pytest.mark.parametrize(("source", "target"), [(LAYOUT, "ctdc-2024"), ("ctdc-2024", LAYOUT)])
def test_pairs_are_not_converted_to_people_nor_people_to_pairs(
    source: str, target: str, file: Path, tmp_path: Path
) -> None:
    result = run("convert", file, "--from", source, "--to", target, "--out", tmp_path / "out.csv")
    assert isinstance(result.exception, TiphubError)
    assert "a person" in str(result.exception)
    assert not (tmp_path / "out.csv").exists()


def test_a_tabulation_says_that_it_counts_pairs(file: Path) -> None:
    result = run("tabulate", file, "--layout", LAYOUT, "--group", "perpetrator_role", "--format", "json")
    found = json.loads(result.stdout)
    role = {row["value"]: row for row in found["rows"]}
    true = drawn(600)
    names = [name for name in true.column_names if name.startswith("perpetrator_role_")]
    answered = sum(any(row.values()) for row in true.select(names).to_pylist())
    assert role["exploiter"]["denominator"] == answered
    assert role["exploiter"]["numerator"] == sum(
        bool(flag) for flag in true["perpetrator_role_exploiter"].to_pylist()
    )
    assert "not people" in found["notes"][-1]


def test_an_audit_says_what_a_record_is(file: Path) -> None:
    words = ("audit", file, "--layout", LAYOUT)
    assert json.loads(run(*words, "--format", "json").stdout)["record"] == "a victim-perpetrator pair"
    assert "One record is a victim-perpetrator pair" in run(*words).stdout


def test_synthetic_pairs_say_to_what_the_promise_is(file: Path) -> None:
    made = synthesise(
        file,
        LAYOUT,
        rho=Fraction(3, 10),
        delta=1e-6,
        years=(2005, 2022),
        standard=PAIRS,
        progress=Silent(),
        effort=Effort(groups=50, steps=20, rounds=10),
    )
    assert made.statement["record"] == "a victim-perpetrator pair"
    said = json.dumps(made.statement)
    assert "Not one person" in said
    assert "Somebody in several pairs" in said
    assert "linkage" not in said
    assert (made.read, made.quarantined) == (600, 0)
    assert abs(made.number - 600) < 100
    written = pa.concat_tables(made.pieces())
    assert written.column_names == list(FORM.columns)
    genders = [cell or "" for cell in written.column("IP_Gender").to_pylist()]
    assert set(genders) == {"", "Female", "Male", "Female;Male"}
    told = {row["values"]: row["count"] for row in made.counts.to_pylist() if row["fields"] == "IP_Gender"}
    assert told == {text: genders.count(text) for text in told}
    assert "Female;Male" in told


def test_lists_of_few_answers_become_sets_and_cells_again(file: Path) -> None:
    with DuckDBEngine() as engine:
        opened, standard = in_sets(open_standard(file, LAYOUT, PAIRS, engine), PAIRS)
        table = opened.table.order_by("row").to_pyarrow()
    assert set(opened.columns) <= set(standard.columns)
    variables = layout_variables(opened.layout, standard, years=(2005, 2022))
    assert {item.name for item in variables} == set(opened.columns)
    gender = next(item for item in variables if item.name == "perpetrator_gender")
    assert gender.values == ("woman", "man", "woman+man")
    assert layout_words(opened.layout, standard, gender) == (
        "IP_Gender",
        {"": "", "woman": "Female", "man": "Male", "woman+man": "Female;Male"},
    )
    written, losses = write_layout(table.select(list(opened.columns)), opened.layout, standard)
    assert losses == []
    assert written.equals(write_layout(read(file), FORM, PAIRS)[0])


def test_a_layout_without_such_lists_stays_as_it_is(tmp_path: Path) -> None:
    simulate_layout(tmp_path / "cases.csv", "ctdc-2018", 50, seed=2)
    with DuckDBEngine() as engine:
        opened = open_standard(tmp_path / "cases.csv", "ctdc-2018", load_standard(), engine)
        found, standard = in_sets(opened, load_standard())
        assert found is opened
        assert standard is load_standard()
