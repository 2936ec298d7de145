import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tiphub.engine import DuckDBEngine
from tiphub.errors import TiphubError
from tiphub.mapping import harmonise, parse_mapping
from tiphub.standard import Standard, flag_name

from .conftest import TODAY, Run, raw_table, reasons


def test_every_column_of_the_standard_is_there_and_typed(run: Run, standard: Standard) -> None:
    row = run("fields: {gender: {column: s}}", [{"s": "woman"}])[0]
    assert list(row) == ["row", "record_id", *standard.columns, "problems", "warnings"]
    assert row["row"] == 2
    assert row["gender"] == "woman"
    assert {name for name in standard.columns if row[name] is not None} == {"gender"}
    assert row["problems"] == row["warnings"] == []


def test_words_are_found_in_any_spelling_and_language(run: Run) -> None:
    text = """
    unknown: [ND, "-99"]
    fields:
      gender: {column: s, values: {Hembra: woman, X: null}}
      citizenship: {column: c}
    """
    cells = [
        ("Hembra", "UA"),
        (" HEMBRA ", "ukr"),
        ("man", "Ukraine"),
        ("nd", "Côte d’Ivoire"),
        ("X", "COTE D'IVOIRE"),
        ("-99", "México"),
        ("  ", "Ucrania"),
        (None, "أوكرانيا"),
    ]
    found = run(text, [{"s": s, "c": c} for s, c in cells])
    assert [row["gender"] for row in found] == ["woman", "woman", "man", None, None, None, None, None]
    assert [row["citizenship"] for row in found] == ["UKR", "UKR", "UKR", "CIV", "CIV", "MEX", "UKR", "UKR"]
    assert not any(row["problems"] for row in found)


def test_what_is_not_known_is_a_problem_with_the_cell_as_sent(run: Run) -> None:
    found = run(
        "fields: {gender: {column: Sexo}, citizenship: {column: Pais}}",
        [{"Sexo": "Wman", "Pais": "Ruritania"}],
    )
    reason = "is not a value that the mapping knows"
    assert reasons(found[0]) == [("Sexo", "Wman", reason), ("Pais", "Ruritania", reason)]
    assert found[0]["gender"] is None


NUMBERS = [
    ("17", 17, None),
    (" 17 ", 17, None),
    ("17,9", 17, None),
    ("0", 0, None),
    ("120", 120, None),
    ("300", None, "lies outside 0 to 120"),
    ("-3", None, "lies outside 0 to 120"),
    ("seventeen", None, "is not a number"),
    ("17.9.2", None, "is not a number"),
    ("99999999999999999999", None, "is not a number"),
    ("", None, None),
    ("-99", None, None),
    ("nd", None, None),
]


def test_numbers(run: Run) -> None:
    text = 'file: {decimal: ","}\nunknown: ["-99", ND]\nfields: {age: {column: a}, gender: {column: s}}'
    found = run(text, [{"a": cell, "s": "man"} for cell, _, _ in NUMBERS])
    assert [row["age"] for row in found] == [age for _, age, _ in NUMBERS]
    assert [reasons(row) for row in found] == [[("a", cell, why)] if why else [] for cell, _, why in NUMBERS]


def test_years_and_bands(run: Run) -> None:
    text = """
    fields:
      year_of_registration: {column: y}
      trafficking_duration: {column: m, read: range}
      age_band: {column: a, read: range}
    """
    cells = [
        ("2020", "12", "17"),
        ("2020.0", "13", "18"),
        ("1667367", "24", "47"),
        ("2087", "500", "48"),
        ("2020.5", "-1", "x"),
    ]
    found = run(text, [{"y": y, "m": m, "a": a} for y, m, a in cells])
    assert [row["year_of_registration"] for row in found] == [2020, 2020, None, None, None]
    durations = ["0_12_months", "13_24_months", "13_24_months", "25_plus_months", None]
    assert [row["trafficking_duration"] for row in found] == durations
    assert [row["age_band"] for row in found] == ["9_17", "18_20", "39_47", "48_plus", None]
    assert reasons(found[2]) == [("y", "1667367", "lies outside 1990 to 2026")]
    assert reasons(found[4]) == [
        ("y", "2020.5", "is not a whole number"),
        ("m", "-1", "lies in no band of the standard"),
        ("a", "x", "is not a number"),
    ]


DATES = [
    ("05/04/2020", dt.date(2020, 4, 5), None),
    ("5/4/2020", dt.date(2020, 4, 5), None),
    ("2020-04-05", dt.date(2020, 4, 5), None),
    ("2020-04-05 00:00:00", dt.date(2020, 4, 5), None),
    ("5 avril 2020", dt.date(2020, 4, 5), None),
    ("5 Abr. 2020", dt.date(2020, 4, 5), None),
    ("29/02/2020", dt.date(2020, 2, 29), None),
    ("29/02/2021", None, "is a day that no calendar has, read as DD/MM/YYYY or YYYY-MM-DD"),
    ("04/13/2020", None, "is a day that no calendar has"),
    ("2020-00-10", None, "is a day that no calendar has"),
    ("5 Foo 2020", None, "is not a date"),
    ("05.04.2020", None, "is not a date"),
    ("05/04/20", None, "is not a date"),
    ("45022", None, "is a number, perhaps a spreadsheet's for a date"),
    ("45022.5", None, "is a number, perhaps a spreadsheet's for a date"),
    ("01/01/2087", None, "lies after 2026-11-21"),
    ("01/01/1817", None, "lies before 1900-01-01"),
    (None, None, None),
]


def test_dates(run: Run) -> None:
    forms = "[DD/MM/YYYY, YYYY-MM-DD, DD MMM YYYY]"
    text = f"fields: {{birth_date: {{column: d, formats: {forms}}}, gender: {{column: s}}}}"
    found = run(text, [{"d": cell, "s": "man"} for cell, _, _ in DATES])
    assert [row["birth_date"] for row in found] == [date for _, date, _ in DATES]
    for row, (cell, _, why) in zip(found, DATES, strict=True):
        told = [(column, value, reason[: len(why or "")]) for column, value, reason in reasons(row)]
        assert told == ([("d", cell, why)] if why else [])


def test_two_digits_of_a_year_mean_what_the_mapping_declares(run: Run) -> None:
    text = """
    fields:
      birth_date: {column: d, formats: [DD.MM.YY, DD.MM.YYYY], years_from: 1930}
    """
    found = run(text, [{"d": cell} for cell in ("05.04.30", "5.4.29", "05.04.99", "05.04.1926", "31.02.00")])
    born = [row["birth_date"] for row in found]
    years = [1930, None, 1999, 1926, None]
    assert born == [year and dt.date(year, 4, 5) for year in years]
    assert reasons(found[1]) == [("d", "5.4.29", "lies after 2026-11-21")]
    assert "no calendar has" in reasons(found[4])[0][2]


def test_the_year_of_registration_is_read_from_dates_without_a_day(run: Run) -> None:
    text = """
    fields:
      year_of_registration:
        column: d
        read: date
        formats: [YYYY/MM, MMM YYYY, DD/MM/YY]
        years_from: 1990
    """
    cells = ["2020/12", "mars 2019", "31/12/89", "01/02/18", "2026/12", "1989/12", "2020/13", "12/2020", None]
    found = run(text, [{"d": cell, "s": "x"} for cell in cells])
    assert [row["year_of_registration"] for row in found] == [2020, 2019, None, 2018, *[None] * 5]
    assert [row["registration_date"] for row in found] == [None] * 9
    told = [why for row in found[2:] for _, _, why in reasons(row)][:-1]
    forms = "YYYY/MM or MMM YYYY or DD/MM/YY"
    assert told == [
        "lies after 2026-11-21",
        "lies after 2026-11-21",
        "lies before 1990-01-01",
        f"is a day that no calendar has, read as {forms}",
        f"is not a date of the form {forms}",
    ]


def test_age_band_and_majority_follow_from_dates_and_a_given_value_wins(run: Run) -> None:
    text = """
    fields:
      birth_date: {column: born, formats: [YYYY-MM-DD]}
      registration_date: {column: seen, formats: [YYYY-MM-DD]}
      majority_status: {column: status}
    """
    rows = [
        {"born": "2004-06-02", "seen": "2022-06-01", "status": None},
        {"born": "2004-06-02", "seen": "2022-06-02", "status": None},
        {"born": "2004-06-02", "seen": "2022-06-02", "status": "child"},
        {"born": "2022-06-02", "seen": "2004-06-02", "status": None},
        {"born": None, "seen": "2004-06-02", "status": "adult"},
    ]
    found = run(text, rows)
    assert [row["age"] for row in found] == [17, 18, 18, None, None]
    assert [row["age_band"] for row in found] == ["9_17", "18_20", "18_20", None, None]
    assert [row["majority_status"] for row in found] == ["child", "adult", "child", None, "adult"]
    assert [row["year_of_registration"] for row in found] == [2022, 2022, 2022, 2004, 2004]
    assert [len(row["warnings"]) for row in found] == [0, 0, 1, 0, 0]
    assert found[2]["warnings"][0]["column"] == "status"
    assert reasons(found[3]) == [("born", "2022-06-02", "gives age outside 0 to 120")]


def test_several_answers_in_a_cell(run: Run) -> None:
    text = """
    groups:
      means_of_control:
        column: c
        split: [";", "|"]
        values: {Amenazas: threats, Golpes y amenazas: [physical_abuse, threats], Nada: []}
    """
    cells = ["Amenazas; false promises", "golpes y AMENAZAS|other;", "Nada", "Amenazas; Magia", None]
    found = run(text, [{"c": cell, "x": "1"} for cell in cells])
    yes = [{name for name, value in row.items() if value is True} for row in found]
    prefix = "means_of_control_"
    assert {prefix + "threats", prefix + "false_promises"} <= yes[0]
    assert {
        prefix + "threats",
        prefix + "physical_abuse",
        prefix + "other",
        prefix + "abuse_of_any_kind",
    } <= yes[1]
    assert yes[2] == yes[4] == set()
    assert not any(value is False for row in found for value in row.values())
    assert reasons(found[3]) == [("c", "Amenazas; Magia", "names something that the mapping does not know")]


def test_what_a_complete_list_does_not_name_is_no(run: Run, standard: Standard) -> None:
    text = "groups: {recruiter_relation: {column: c, unset: no}}"
    found = run(text, [{"c": "Family", "x": "1"}, {"c": None, "x": "1"}])
    options = {
        code.code: found[0][flag_name("recruiter_relation", code.code)]
        for code in standard.options("recruiter_relation")
    }
    assert options == {"intimate_partner": False, "friend": False, "family": True, "other": False}
    assert all(found[1][flag_name("recruiter_relation", option)] is None for option in options)


def test_flags_lists_and_columns_that_answer_two_questions(run: Run) -> None:
    text = """
    groups:
      exploitation_type:
        flags: {forced_labour: L, sexual_exploitation: S}
        together: {Both: [forced_labour, sexual_exploitation]}
        column: list
    """
    rows = [
        {"L": "1", "S": "0", "Both": None, "list": None},
        {"L": "0", "S": "0", "Both": "1", "list": None},
        {"L": None, "S": "no", "Both": "0", "list": "Forced labour; Sexual exploitation"},
        {"L": "maybe", "S": None, "Both": None, "list": None},
    ]
    found = run(text, rows)
    pairs = [
        (row["exploitation_type_forced_labour"], row["exploitation_type_sexual_exploitation"])
        for row in found
    ]
    assert pairs == [(True, False), (True, True), (True, False), (None, None)]
    assert reasons(found[3]) == [("L", "maybe", "is not a value that the mapping knows")]


def test_merged_options_follow_kleene(run: Run) -> None:
    text = "groups: {means_of_control: {flags: {debt_bondage: a, takes_earnings: b}}}"
    rows = [{"a": a, "b": b, "x": "1"} for a in ("1", "0", None) for b in ("1", "0", None)]
    found = [row["means_of_control_debt_bondage_or_earnings"] for row in run(text, rows)]
    assert found == [True, True, True, True, False, None, True, None, None]


def test_rows_that_are_empty_defect_or_lack_what_is_required(run: Run) -> None:
    text = "record_id: {column: id}\nrequired: [s]\nfields: {gender: {column: s}}"
    rows = [
        {"id": None, "s": None, "x": None},
        {"id": None, "s": None, "x": "1"},
        {"id": "7", "s": " ", "x": None},
        {"id": None, "s": "man", "x": None},
        {"id": " 9 ", "s": "man", "x": None, "_defect": "3 cells too many"},
        {"id": " 9 ", "s": "man", "x": None},
    ]
    found = run(text, rows)
    assert reasons(found[0]) == [("", None, "the row is empty")]
    assert ("", None, "no column that the mapping names has a value") in reasons(found[1])
    assert reasons(found[2]) == [("s", None, "is required and empty")]
    assert reasons(found[3]) == [("id", None, "the record id is empty")]
    assert reasons(found[4]) == [("", None, "3 cells too many")]
    assert reasons(found[5]) == []
    assert found[5]["record_id"] == "9"


def test_a_column_that_the_file_lacks_is_refused_unless_the_mapping_allows_it(run: Run) -> None:
    with pytest.raises(TiphubError) as caught:
        run("fields: {gender: {column: Sexe}}", [{"Sexo": "man"}])
    assert caught.value.do == "Did you mean Sexo?"
    found = run(
        "absent: allow\nfields: {gender: {column: [Sexe, Sexo]}, age: {column: a}}", [{"Sexo": "man"}]
    )
    assert found[0]["gender"] == "man"
    with pytest.raises(TiphubError, match="none of the columns"):
        run("absent: allow\nfields: {age: {column: a}}", [{"Sexo": "man"}])


def test_constants(run: Run) -> None:
    constants = "source_kind: {constant: hotline}, year_of_registration: {constant: 2020}"
    text = f"fields: {{{constants}, gender: {{column: s}}}}"
    row = run(text, [{"s": None, "x": "1"}, {"s": "man", "x": "1"}])[1]
    assert (row["source_kind"], row["year_of_registration"]) == ("hotline", 2020)


CELLS = st.one_of(
    st.sampled_from(
        ["1", "0", "", "-99", "yes", "no", "Unknown", "Family", "Friend; Family", "woman", "17", "2087"]
    ),
    st.text(max_size=12),
    st.none(),
)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.fixed_dictionaries(dict.fromkeys("abcd", CELLS)), min_size=1, max_size=60))
def test_any_cells_give_each_row_once_and_unknown_is_never_no(
    rows: list[dict[str, str | None]], run: Run
) -> None:
    text = """
    unknown: [Unknown, "-99"]
    fields: {gender: {column: a}, age: {column: b}, abduction: {column: d}}
    groups: {recruiter_relation: {column: c, unset: "no"}, exploitation_type: {flags: {forced_labour: d}}}
    """
    found = run(text, rows)
    assert [row["row"] for row in found] == list(range(2, len(rows) + 2))
    accepted = [row for row in found if not row["problems"]]
    assert len(accepted) + sum(bool(row["problems"]) for row in found) == len(rows)
    for sent, row in zip(rows, found, strict=True):
        if (sent["d"] or "").strip() in {"", "Unknown", "-99"}:
            assert row["abduction"] is None
            assert row["exploitation_type_forced_labour"] is None
        if row["abduction"] is False:
            assert (sent["d"] or "").strip().lower() not in {"", "1", "yes"}
        if row["exploitation_type_forced_labour"] is False:
            assert row["abduction"] is False
        if not (sent["c"] or "").strip() or sent["c"] in {"Unknown", "-99"}:
            assert row["recruiter_relation_family"] is None
        assert row["exploitation_type_sexual_exploitation"] is None
        told = {problem["column"] for problem in row["problems"]}
        if sent["a"] and sent["a"].strip() and row["gender"] is None and sent["a"] not in {"Unknown", "-99"}:
            assert "a" in told or "" in told or sent["a"].strip().lower() == "unknown"


def test_the_expression_is_of_sane_size(standard: Standard, engine: DuckDBEngine) -> None:
    mapping = parse_mapping("fields: {citizenship: {column: c}, gender: {column: s}}", "m.yml", standard)
    raw = engine.register("raw", raw_table([{"c": "UA", "s": "man"}]))
    assert len(engine.backend.compile(harmonise(raw, mapping, standard, today=TODAY))) < 200_000
