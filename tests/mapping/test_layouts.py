"""The layouts on the real files that they describe."""

import csv
import gzip
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pytest
from typer.testing import CliRunner

from tiphub.cli import app
from tiphub.engine import DuckDBEngine
from tiphub.errors import TiphubError
from tiphub.mapping import StandardTable, harmonise, load_layout, open_standard, standard_of, write_layout
from tiphub.standard import load_standard
from tiphub.tabular import open_table

from .conftest import TODAY, raw_table, reasons

FILES = {
    "ctdc-2018": "ctdc_global_dataset_2018.csv.gz",
    "ctdc-2024": "ctdc_global_synthetic_2024_sample.csv.gz",
    "ctdc-victim-perpetrator-2022": "ctdc_victim_perpetrator_synthetic_2022.csv.gz",
}
STANDARD = load_standard()
# What the 2018 file says in two ways that mean the same: unknown.
SAME = {"", "Unknown", "Missing"}


@cache
def opened(path: Path, layout: str) -> tuple[StandardTable, pa.Table]:
    with DuckDBEngine() as engine:
        found = open_standard(path, layout, standard_of(layout), engine)
        return found, found.table.order_by("row").to_pyarrow()


def sent(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_2018_file_is_read_but_for_its_four_junk_rows(shared_data: Path) -> None:
    path = shared_data / FILES["ctdc-2018"]
    found, table = opened(path, "ctdc-2018")
    assert (found.read, found.quarantined, table.num_rows) == (47_106, 4, 47_102)
    assert "majority_status" in found.columns
    assert "trafficking_duration" not in found.columns
    assert "means_of_control_threats_of_any_kind" not in found.columns


def test_the_junk_rows_are_told_with_their_reasons_and_contradictions_are_accepted(shared_data: Path) -> None:
    raw = open_table(shared_data / FILES["ctdc-2018"])
    with DuckDBEngine() as engine:
        rows = engine.register("raw", pa.Table.from_batches(raw.batches()))
        found = harmonise(rows, load_layout("ctdc-2018", STANDARD).mapping, STANDARD, today=TODAY)
        table = (
            engine.backend.to_pyarrow(found.select("row", "problems", "warnings")).sort_by("row").to_pylist()
        )
    told = [reasons(row) for row in table if row["problems"]]
    required = ("Datasource", None, "is required and empty")
    assert told == [
        [("", None, "the row is empty")],
        [("", None, "the row is empty")],
        [required, ("yearOfRegistration", "1667367", "lies outside 1990 to 2026")],
        [required, ("yearOfRegistration", "139912", "lies outside 1990 to 2026")],
    ]
    assert [row["row"] for row in table if row["problems"]] == [47_104, 47_105, 47_106, 47_107]
    assert sum(bool(row["warnings"]) for row in table) == 38


@pytest.mark.parametrize("layout", FILES)
def test_what_is_read_and_written_reads_the_same(layout: str, shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / FILES[layout]
    found, table = opened(path, layout)
    standard = standard_of(layout)
    written, losses = write_layout(table, found.layout, standard)
    assert losses == []
    assert written.column_names == list(found.layout.columns)
    pa_csv.write_csv(written, tmp_path / "again.csv")
    with DuckDBEngine() as engine:
        again = open_standard(tmp_path / "again.csv", layout, standard, engine)
        assert again.quarantined == 0
        same = again.table.order_by("row").to_pyarrow()
    for name in standard.columns:
        assert same.column(name).equals(table.column(name)), name


@pytest.mark.parametrize("layout", FILES)
def test_cells_come_back_as_they_were_sent(layout: str, shared_data: Path) -> None:
    path = shared_data / FILES[layout]
    found, table = opened(path, layout)
    written, _ = write_layout(table, found.layout, standard_of(layout))
    rows = sent(path)
    differ: Counter[tuple[str, str, str]] = Counter()
    for number, row in zip(table.column("row").to_pylist(), written.to_pylist(), strict=True):
        before = rows[number - 2]
        differ.update(
            (name, before[name], row[name] or "") for name in before if before[name] != (row[name] or "")
        )
    assert all({before, after} <= SAME for _, before, after in differ)
    if layout != "ctdc-2018":
        assert not differ


def test_sex_and_labour_is_both(shared_data: Path) -> None:
    _, table = opened(shared_data / FILES["ctdc-2018"], "ctdc-2018")
    both = table.filter(
        pa.compute.and_(
            table["exploitation_type_forced_labour"], table["exploitation_type_sexual_exploitation"]
        )
    )
    assert both.num_rows == 23


def merge(*flags: bool | None) -> bool | None:
    return True if True in flags else None if None in flags else False


def test_2018_written_as_2024_merges_what_ctdc_merges(shared_data: Path) -> None:
    path = shared_data / FILES["ctdc-2018"]
    _, table = opened(path, "ctdc-2018")
    written, losses = write_layout(table, load_layout("ctdc-2024", STANDARD), STANDARD)
    parts = {
        "meansDebtBondageEarnings": ("DebtBondage", "TakesEarnings"),
        "meansThreats": ("Threats", "UsesChildren", "ThreatOfLawEnforcement"),
        "meansAbusePsyPhySex": ("PsychologicalAbuse", "PhysicalAbuse", "SexualAbuse"),
        "meansDenyBasicNeeds": (
            "RestrictsFinancialAccess",
            "RestrictsMovement",
            "RestrictsMedicalCare",
            "WithholdsNecessities",
        ),
    }
    bands = {"9--17": "09--17", "Unknown": ""}
    gender = {"Female": "Woman", "Male": "Man", "Unknown": ""}
    rows = sent(path)
    for number, row in zip(table.column("row").to_pylist(), written.to_pylist(), strict=True):
        before = rows[number - 2]
        for name, cells in parts.items():
            assert (row[name] == "1") == any(before[f"meansOfControl{cell}"] == "1" for cell in cells)
        assert (row["ageBroad"] or "") == bands.get(before["ageBroad"], before["ageBroad"])
        assert (row["gender"] or "") == gender[before["gender"]]
        assert len(row["citizenship"] or "   ") == 3
    lost = {loss.column: loss for loss in losses}
    assert lost["source_kind"].records == 47_102
    assert lost["exploitation_type_forced_labour"].records == sum(
        row["isForcedLabour"] == "0" for row in rows
    )
    assert "debt_bondage_or_earnings" in lost["means_of_control_takes_earnings"].reason
    assert lost["means_of_control_takes_earnings"].records == 2_249
    assert "gender" not in lost


def choices(path: Path) -> list[tuple[str, str, str]]:
    table = open_table(path, options=_sheet("choices"))
    rows = [row for batch in table.batches() for row in batch.to_pylist()]
    return [(row["list_name"], row["name"], row["label"]) for row in rows if row["name"]]


def _sheet(name: str) -> Any:
    from tiphub.tabular import ReadOptions

    return ReadOptions(sheet=name)


HTCDS = {
    "gender": "prs_Gender",
    "citizenship": "prs_Citizenship",
    "methodsofcontrol": "vic_Methods_of_Control",
    "typeofexploitation": "vic_TypeOfExploitation",
    "forcedlabourindustry": "vic_ForcedLabourIndustry",
    "typeofsexexploitation": "vic_TypeOfSexExploitation",
}


def test_every_choice_of_the_htcds_survey_is_read_and_comes_back(shared_data: Path) -> None:
    layout = load_layout("htcds-2.0", STANDARD)
    known = [choice for choice in choices(shared_data / "htcds_xlsform_2.0.xlsx") if choice[0] in HTCDS]
    rows = [{HTCDS[kind]: text} for kind, name, label in known for text in (name, label)]
    for kind in ("methodsofcontrol", "typeofexploitation", "forcedlabourindustry", "typeofsexexploitation"):
        names = [name.strip() for other, name, _ in known if other == kind]
        labels = [label.strip() for other, _, label in known if other == kind]
        rows += [
            {HTCDS[kind]: " ".join(names)},
            {HTCDS[kind]: "; ".join(labels)},
            {HTCDS[kind]: "\n".join(labels)},
        ]
    with DuckDBEngine() as engine:
        raw = engine.register("raw", raw_table(rows))
        table = engine.backend.to_pyarrow(harmonise(raw, layout.mapping, STANDARD, today=TODAY)).sort_by(
            "row"
        )
        assert [(row["row"], reasons(row)) for row in table.to_pylist() if row["problems"]] == []
        # A name and its label mean the same; so do the three ways to write a list.
        columns = table.select(list(STANDARD.columns)).to_pylist()
        assert columns[: 2 * len(known) : 2] == columns[1 : 2 * len(known) : 2]
        lists = columns[2 * len(known) :]
        assert lists[0::3] == lists[1::3] == lists[2::3]
        assert all(any(row.values()) for row in lists)
        written, losses = write_layout(table, layout, STANDARD)
        assert losses == []
        texts = [{**row, "_defect": None} for row in written.to_pylist()]
        again = engine.register("again", raw_table(texts))
        same = engine.backend.to_pyarrow(harmonise(again, layout.mapping, STANDARD, today=TODAY)).sort_by(
            "row"
        )
    for name in STANDARD.columns:
        assert same.column(name).equals(table.column(name)), name


def test_a_file_in_another_layout_is_refused(shared_data: Path) -> None:
    with DuckDBEngine() as engine, pytest.raises(TiphubError, match="has no column"):
        open_standard(shared_data / FILES["ctdc-2024"], "ctdc-2018", STANDARD, engine)


def test_convert_prints_what_is_lost(shared_data: Path, tmp_path: Path) -> None:
    out = tmp_path / "as2024.csv"
    arguments = ["convert", str(shared_data / FILES["ctdc-2018"]), "--from", "ctdc-2018", "--to", "ctdc-2024"]
    result = CliRunner().invoke(app, [*arguments, "--out", str(out)])
    assert result.exit_code == 0
    assert "47,102 rows written" in result.output
    assert "means_of_control_other: the layout has no column for it" in result.output
    with out.open(encoding="utf-8") as file:
        assert sum(1 for _ in csv.DictReader(file)) == 47_102
    again = CliRunner().invoke(app, [*arguments, "--out", str(out)])
    assert isinstance(again.exception, TiphubError)
