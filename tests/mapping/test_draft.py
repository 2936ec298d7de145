"""A draft is proposed from the file itself: it loads, it is mostly right, and it gives nobody away."""

import csv
import datetime as dt
import json
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tiphub.engine import DuckDBEngine
from tiphub.mapping import Mapping, harmonise, parse_mapping, read_options
from tiphub.mapping.draft import Draft, draft_mapping
from tiphub.simulate import AGENCIES, agency_files, simulate_agencies, simulate_population
from tiphub.standard import load_standard
from tiphub.tabular import open_table

STANDARD = load_standard()


def write(path: Path, header: list[str], rows: list[list[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])
    return path


def drafted(path: Path) -> tuple[Draft, Mapping]:
    draft = draft_mapping(open_table(path), STANDARD)
    return draft, parse_mapping(draft.yaml, "draft", STANDARD)


def read(path: Path, mapping: Mapping) -> dict[int, dict[str, object]]:
    engine = DuckDBEngine()
    table = engine.register("raw", open_table(path, read_options(mapping)).reader())
    rows = harmonise(table, mapping, STANDARD, today=dt.date(2026, 1, 1))
    found = {row["row"]: row for row in pa.Table.from_batches(list(engine.batches(rows))).to_pylist()}
    engine.close()
    return found


@pytest.fixture(scope="module")
def delivered(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("agencies")
    simulate_agencies(simulate_population(2_000, seed=7), folder, seed=7)
    return folder


@pytest.mark.parametrize("name", list(AGENCIES))
def test_the_agencies_of_the_demo_are_read_by_their_drafts(delivered, name):
    path = next((delivered / name).glob("*-1.*"))
    draft, mine = drafted(path)
    truth = parse_mapping((agency_files(name) / "mapping.yml").read_text("utf-8"), "truth", STANDARD)
    assert mine.record_id == truth.record_id
    columns = set(open_table(path).columns)
    for field, entry in truth.fields.items():
        if set(entry.columns) & columns:
            found = mine.fields[field]
            assert (set(found.columns) & set(entry.columns), found.read) != (set(), entry.read)
            assert set(found.formats) == set(entry.formats)
    for group, entry in truth.groups.items():
        assert not entry.columns or set(mine.groups[group].columns) & set(entry.columns)
        for option, names in entry.flags.items():
            assert set(mine.groups[group].flags[option]) & set(names)
    ours, theirs = read(path, mine), read(path, truth)
    pairs = [
        (ours[number][column], row[column])
        for number, row in theirs.items()
        if not row["problems"]
        for column in STANDARD.columns
        if row[column] is not None and column != "source_kind"  # a person has to say that
    ]
    assert sum(one == other for one, other in pairs) / len(pairs) > 0.97
    for line in draft.lines:
        assert 0 < line.confidence <= 1
        assert line.reason


def test_a_draft_names_no_person(delivered):
    for name in AGENCIES:
        path = next((delivered / name).glob("*-1.*"))
        text = draft_mapping(open_table(path), STANDARD).yaml
        truth = parse_mapping((agency_files(name) / "mapping.yml").read_text("utf-8"), "truth", STANDARD)
        hidden = [
            truth.fields[field].columns
            for field in ("given_name", "family_name", "birth_date")
            if field in truth.fields
        ]
        assert hidden or name == "nightline"
        rows = pa.Table.from_batches(list(open_table(path, read_options(truth)).batches()))
        for columns in [*hidden, (truth.record_id,)]:
            column = next(one for one in columns if one in rows.column_names)
            values = {value for value in rows[column].to_pylist() if value and len(value) > 3}
            assert not [value for value in values if value in text.replace("-99", "")]


PERSON = st.sampled_from(
    ["Ana Ruiz", "ana.ruiz@example.org", "+44 20 7946 0958", "1994-02-28", "Flat 3, Mill Lane"]
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    header=st.sampled_from(["case worker", "x", "status", "gender", "remarks", "citizenship"]), secret=PERSON
)
def test_personal_values_never_stand_in_a_draft(tmp_path, header, secret):
    rows = [[str(number), "woman" if number % 2 else "man", secret] for number in range(40)]
    draft, _ = drafted(write(tmp_path / "t.csv", ["case_no", "sex", header], rows))
    assert secret not in draft.yaml
    assert not [entry for entry in draft.unplaced if secret in entry.why]


def test_the_order_of_day_and_month_is_decided_by_evidence_only(tmp_path):
    def formats(*days: str) -> tuple[Draft, Mapping]:
        rows = [[str(number), day, "woman"] for number, day in enumerate(days)]
        return drafted(write(tmp_path / "t.csv", ["case no", "intake date", "sex"], rows))

    assert formats("03/04/2020", "25/04/2020")[1].fields["registration_date"].formats == ("DD/MM/YYYY",)
    assert formats("03/04/2020", "04/25/2020")[1].fields["registration_date"].formats == ("MM/DD/YYYY",)
    for days in [("03/04/2020", "05/06/2020"), ("25/04/2020", "04/25/2020")]:
        draft, mapping = formats(*days)
        assert "registration_date" not in mapping.fields
        (line,) = [line for line in draft.lines if line.target == "fields.registration_date"]
        assert not line.settled
        assert "DD/MM/YYYY or MM/DD/YYYY" in line.reason


def test_the_real_files_are_known_by_their_layouts(shared_data):
    for name, layout in [
        ("ctdc_global_dataset_2018.csv.gz", "ctdc-2018"),
        ("ctdc_global_synthetic_2024_sample.csv.gz", "ctdc-2024"),
    ]:
        draft, _ = drafted(shared_data / name)
        assert f"extends: {layout}\n" in draft.yaml
        assert not draft.unplaced


def test_columns_of_one_option_each_and_words_of_other_languages(tmp_path):
    header = [
        "N° de expediente",
        "sexo",
        "edad",
        "nacionalidad",
        "Mendicidad forzada",
        "Trabajo forzoso",
        "Amenazas",
    ]
    people = [["Mujer", "17,5", "Perú", "1", "0", "no"], ["Hombre", "30", "Côte d'Ivoire", "0", "1", "sí"]]
    rows = [[f"E-{number}", *people[number % 2]] for number in range(30)]
    _, mapping = drafted(write(tmp_path / "t.csv", header, rows))
    assert mapping.record_id == "N° de expediente"
    assert {name: entry.columns[0] for name, entry in mapping.fields.items()} == {
        "gender": "sexo",
        "age": "edad",
        "citizenship": "nacionalidad",
    }
    assert mapping.file.decimal == ","
    assert dict(mapping.groups["exploitation_type"].flags) == {
        "forced_labour": ("Trabajo forzoso",),
        "forced_begging": ("Mendicidad forzada",),
    }
    assert mapping.groups["means_of_control"].flags["threats"] == ("Amenazas",)


def test_bands_lists_and_markers(tmp_path):
    path = tmp_path / "t.jsonl"
    ages = ["0-8", "9-17", "18-20", "48+"]
    with path.open("w") as stream:
        for number in range(40):
            record = {
                "id": number,
                "age group": ages[number % 4],
                "controls": ["Threats", "Debt bondage"] if number % 3 else ["False promises"],
                "sex": "n/a" if number % 5 == 0 else "female",
            }
            stream.write(json.dumps(record) + "\n")
    _, mapping = drafted(path)
    assert mapping.fields["age_band"].columns == ("age group",)
    assert mapping.groups["means_of_control"].split == (";",)
    assert mapping.fields["gender"].unknown == ("n/a",)
    assert mapping.unknown == ("",)
    rows = read(path, mapping)
    assert not [row for row in rows.values() if row["problems"]]
    assert {row["age_band"] for row in rows.values()} == {"0_8", "9_17", "18_20", "48_plus"}


@pytest.mark.parametrize("name", ["N° dossier", "N° de dossier", "Nº", "N°", "No.", "Numéro"])
def test_numbers_of_files_are_the_record_id(tmp_path, name):
    rows = [[f"D-{number * 7}", "Femme"] for number in range(20)]
    draft, mapping = drafted(write(tmp_path / "t.csv", [name, "Sexe"], rows))
    assert mapping.record_id == name
    assert "CHECK" not in draft.yaml.split("record_id")[0].split("CHECK are less sure")[1]


def test_a_record_id_that_may_only_number_the_rows_is_to_be_checked(tmp_path):
    rows = [[str(number), "Femme"] for number in range(1, 21)]
    draft, mapping = drafted(write(tmp_path / "t.csv", ["No.", "Sexe"], rows))
    assert mapping.record_id == "No."
    assert "# CHECK, 70% sure" in draft.yaml
    assert "count up as row numbers do" in draft.yaml


@pytest.mark.parametrize("name", ["N° téléphone", "Número de teléfono", "N° enfants"])
def test_other_numbers_are_no_record_id(tmp_path, name):
    rows = [[f"06{number:08}", "Femme"] for number in range(20)]
    _, mapping = drafted(write(tmp_path / "t.csv", [name, "Sexe"], rows))
    assert mapping.record_id is None


def test_a_column_that_names_each_record_but_is_called_otherwise_is_a_candidate(tmp_path):
    rows = [[f"x{number}", f"06{number:08}", "Femme", "open"] for number in range(20)]
    header = ["Kennung", "téléphone", "Sexe", "state"]
    draft, mapping = drafted(write(tmp_path / "t.csv", header, rows))
    assert mapping.record_id is None
    assert "# CHECK: no column is called like a record id" in draft.yaml
    assert "# record_id: {column: Kennung}" in draft.yaml
    assert draft.yaml.count("record_id: {") == 1
    assert "record id?" in {entry.column: entry.why for entry in draft.unplaced}["Kennung"]


def test_what_means_unknown_in_one_column_is_said_there_and_in_several_for_the_file(tmp_path):
    sexes, ages, controls = ["Femme", "Inconnu", "-99"], ["17", "-99", "-1"], ["1", "0", "sans réponse"]
    rows = [[f"D{n}", sexes[n % 3], ages[n % 3], controls[n % 3]] for n in range(30)]
    header = ["dossier", "Sexe", "Âge", "Menaces"]
    _, mapping = drafted(write(tmp_path / "t.csv", header, rows))
    assert mapping.unknown == ("", "-99")
    assert mapping.fields["gender"].unknown == ("Inconnu",)
    assert mapping.fields["age"].unknown == ("-1",)
    assert mapping.groups["means_of_control"].unknown == ("sans réponse",)


def test_a_country_that_could_be_two_is_left_to_a_person(tmp_path):
    countries = ["Congo", "Corée", "Togo", "Guinée"]
    rows = [[f"D{n}", countries[n % 4]] for n in range(40)]
    draft, mapping = drafted(write(tmp_path / "t.csv", ["dossier", "Nationalité"], rows))
    assert not mapping.fields["citizenship"].values
    assert "# Congo: COD  # DECIDE: COD or COG" in draft.yaml
    assert "# Corée: KOR  # DECIDE: KOR or PRK" in draft.yaml
    assert "values that could mean two things: Congo, Corée" in {entry.why for entry in draft.unplaced}
    _, alone = drafted(write(tmp_path / "t.csv", ["dossier", "Nationalité"], rows[::4]))
    assert alone.fields["citizenship"].columns == ("Nationalité",)


def test_a_column_whose_answers_are_not_understood_says_what_it_is_called_like(tmp_path):
    answers = ["yes", "no", "maybe"]
    rows = [[f"D{n}", answers[n % 3], f"{n}", "17"] for n in range(30)]
    header = ["dossier", "Threats?", "age group", "age"]
    draft, _ = drafted(write(tmp_path / "t.csv", header, rows))
    said = {entry.column: entry.why for entry in draft.unplaced}
    threats = "groups.means_of_control.flags.threats"
    assert said["Threats?"] == f"called like {threats}, but these answers are neither yes nor no: maybe"
    assert said["age group"].startswith("called like fields.age_band, but its cells are not understood")


@pytest.mark.parametrize(
    ("cells", "form"), [(["2020/12", "2021/1"], "YYYY/MM"), (["mars 2020", "avril 2021"], "MMM YYYY")]
)
def test_of_months_without_a_day_the_year_is_proposed(tmp_path, cells, form):
    rows = [[f"D{n}", cells[n % 2]] for n in range(20)]
    path = write(tmp_path / "t.csv", ["dossier", "Date d'enregistrement"], rows)
    _, mapping = drafted(path)
    assert set(mapping.fields) == {"year_of_registration"}
    assert mapping.fields["year_of_registration"].formats == (form,)
    assert {row["year_of_registration"] for row in read(path, mapping).values()} == {2020, 2021}


def test_the_century_of_two_digits_is_left_to_a_person(tmp_path):
    rows = [[f"D{n}", "Femme", f"{n + 1}.12.20"] for n in range(20)]
    header = ["dossier", "Sexe", "registration date"]
    draft, mapping = drafted(write(tmp_path / "t.csv", header, rows))
    assert set(mapping.fields) == {"gender"}
    assert "add years_from" in draft.yaml
    assert "# registration_date: {column: registration date, read: date, formats: [DD.MM.YY]}" in draft.yaml


def test_rows_that_were_left_out_are_counted(tmp_path):
    rows = [[f"D{number}", "Femme", *["x"] * (number % 4 == 0)] for number in range(20)]
    draft, _ = drafted(write(tmp_path / "t.csv", ["dossier", "Sexe"], rows))
    assert "5 rows whose cells do not fit the columns: not looked at" in draft.notes
    assert "(15 rows looked at)" in draft.yaml
    assert "# The file: 5 rows whose cells do not fit the columns" in draft.yaml


def test_what_is_like_nothing_is_named(tmp_path):
    rows = [
        [str(number), "woman", "open" if number % 2 else "closed", f"{number}{number}"]
        for number in range(50)
    ]
    draft, mapping = drafted(write(tmp_path / "t.csv", ["case no", "gender", "progress", "weight"], rows))
    said = {entry.column: entry.why for entry in draft.unplaced}
    assert set(said) == {"progress", "weight"}
    assert "closed, open" in said["progress"] or "open, closed" in said["progress"]
    assert "not shown" in said["weight"]
    assert set(mapping.fields) == {"gender"}


NAMES = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00\r\ufffd\ufeff\x1a\ue000"), min_size=1, max_size=20
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    names=st.lists(
        NAMES.filter(str.strip), min_size=2, max_size=5, unique_by=lambda name: " ".join(name.lower().split())
    ),
    values=st.lists(NAMES, min_size=1, max_size=4),
)
def test_every_draft_loads(tmp_path, names, values):
    rows = [
        ["1", "woman", *[values[(number + place) % len(values)] for place in range(len(names))]]
        for number in range(9)
    ]
    header = ["case number", "gender", *[f"q {name}" for name in names]]
    path = tmp_path / "t.jsonl"
    with path.open("w") as stream:
        stream.writelines(json.dumps(dict(zip(header, row, strict=True))) + "\n" for row in rows)
    _, mapping = drafted(path)
    assert "gender" in mapping.fields
