"""The same expressions mean the same on another engine, and compile for Spark."""

import ibis
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tiphub.mapping import harmonise, load_layout, parse_mapping, standard_of
from tiphub.mapping.harmonise import judged
from tiphub.standard import Standard

from .conftest import TODAY, Rows, raw_table

MAPPING = """
file: {decimal: ","}
unknown: [ND, "-99"]
record_id: {column: id}
fields:
  gender: {column: s, values: {Hembra: woman}}
  citizenship: {column: c}
  age: {column: a}
  birth_date: {column: d, formats: [DD/MM/YYYY, DD MMM YYYY, DD.MM.YY], years_from: 1930}
  registration_date: {column: r, formats: [YYYY-MM-DD]}
  year_of_registration: {column: y, read: date, formats: [YYYY/MM, MMM YYYY]}
groups:
  means_of_control: {column: m, split: [";", " "], values: {Amenazas: threats}}
  recruiter_relation: {flags: {family: f, friend: g}, together: {both: [family, friend]}}
"""
TEXTS = {
    "id": ["1", " 2", ""],
    "s": ["Hembra", "HEMBRA ", "man", "ND", "?", "Mujér"],
    "c": ["UA", "ukr", "Côte d’Ivoire", "MEXICO", "Ruritania", "中国"],
    "a": ["17", "17,5", "300", "x", "-99"],
    "d": ["05/04/2000", "31/02/2000", "5 avril 2000", "1/1/2087", "2000", "05.04.99", "45022"],
    "r": ["2020-02-29", "2019-02-29", "2020-1-1"],
    "y": ["2020/12", "2020/13", "mars 2019", "2087/01", "1980/01"],
    "m": ["Amenazas; other", "Threats Other", "amenazas, other", "Magia; other", ";;"],
    "f": ["1", "0", "yes", "2"],
    "g": ["1", "0", None],
    "both": ["1", "0", None],
}
ROWS = st.fixed_dictionaries({name: st.none() | st.sampled_from(texts) for name, texts in TEXTS.items()})


@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROWS, min_size=60, max_size=120))
def test_duckdb_and_datafusion_read_the_same(rows: Rows, standard: Standard) -> None:
    mapping = parse_mapping(MAPPING, "m.yml", standard)
    found = []
    for backend in (ibis.duckdb.connect(), ibis.datafusion.connect()):
        table, problems, warnings = judged(ibis.memtable(raw_table(rows)), mapping, standard, TODAY)
        checks = [told.flag for told in (*problems, *warnings)]
        found.append(
            backend.to_pyarrow(table.select("row", "record_id", *standard.columns, *checks)).sort_by("row")
        )
    for name in found[0].column_names:
        assert found[0].column(name).to_pylist() == found[1].column(name).to_pylist(), name


@pytest.mark.parametrize("layout", ["ctdc-2018", "htcds-2.0", "ctdc-victim-perpetrator-2022"])
def test_it_compiles_for_spark(layout: str) -> None:
    standard = standard_of(layout)
    found = load_layout(layout, standard)
    columns = dict.fromkeys(found.columns, "string")
    raw = ibis.table({"_row": "int64", "_defect": "string", **columns}, name="raw")
    sql = ibis.to_sql(harmonise(raw, found.mapping, standard, today=TODAY), dialect="pyspark")
    assert sql.count("FROM `raw`") == 1
    assert "AS `problems`" in sql
