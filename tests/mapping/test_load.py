from pathlib import Path

import pytest

from tiphub.errors import TiphubError
from tiphub.mapping import layout_names, load_layout, load_mapping, parse_mapping, standard_of
from tiphub.standard import Standard


def refusal(text: str, standard: Standard) -> TiphubError:
    with pytest.raises(TiphubError) as caught:
        parse_mapping(text, "mapping.yml", standard)
    return caught.value


@pytest.mark.parametrize(
    ("text", "what", "where", "do"),
    [
        ("fields: {gendr: {column: s}}", "no field gendr", "line 1, fields.gendr", "gender"),
        ("fields:\n  gender: {colum: s}", "no key colum", "line 2, fields.gender.colum", "column"),
        ("feilds: {}", "no key feilds", "line 1, feilds", "fields"),
        ("fields:\n  gender:\n    column: s\n    values: {F: womn}", "womn is no code", "line 4", "woman"),
        (
            "groups: {means_of_controll: {column: c}}",
            "no group means_of_controll",
            "line 1",
            "means_of_control",
        ),
        (
            "groups:\n  means_of_control:\n    flags: {threat: c}",
            "no option of means_of_control threat",
            "3",
            "threats",
        ),
        (
            "groups:\n  means_of_control:\n    column: c\n    values: {A: threat}",
            "threat is no option",
            "line 4",
            "threats",
        ),
        (
            "fields:\n  gender: {column: s}\n  gender: {column: t}",
            "gender stands twice",
            "line 3",
            "Keep one",
        ),
        ("extends: ctdc-2081", "no layout ctdc-2081", "line 1, extends", "ctdc-2018"),
        ("fields: {birth_date: {column: d}}", "needs its formats", "fields.birth_date", "never guessed"),
        (
            "fields: {birth_date: {column: d, formats: [DD/MM]}}",
            "is not a form of date",
            "formats",
            "YYYY",
        ),
        (
            "fields: {birth_date: {column: d, formats: [DD/MM/YY]}}",
            "which century",
            "formats",
            "years_from: 1990",
        ),
        (
            "fields: {birth_date: {column: d, formats: [DD/MM/YY, YY/MM/DD], years_from: 1930}}",
            "cannot be told apart",
            "formats",
            "Keep the one",
        ),
        (
            "fields: {birth_date: {column: d, formats: [DD/MM/YYYY], years_from: 1930}}",
            "No format has a year of two digits",
            "years_from",
            "Leave it out",
        ),
        (
            "fields: {birth_date: {column: d, formats: [DD/MM/YY], years_from: 30}}",
            "30 is not a year",
            "years_from",
            "four digits",
        ),
        (
            "fields: {registration_date: {column: d, formats: [YYYY/MM]}}",
            "YYYY/MM has no day",
            "formats",
            "year_of_registration",
        ),
        (
            "fields: {birth_date: {column: d, formats: [DD/MM/YYYY, MM/DD/YYYY]}}",
            "cannot be told apart",
            "formats",
            "Keep the one",
        ),
        (
            "fields: {gender: {column: s, constant: woman}}",
            "either a column or a constant",
            "fields.gender",
            "",
        ),
        ("fields: {source_kind: {constant: hotlin}}", "hotlin is no code", "constant", "hotline"),
        ("fields: {gender: {column: s, read: range}}", "stand for no numbers", "read", ""),
        ("fields: {age: {column: s, read: date}}", "date is not known here", "read", "number"),
        ("file: {decimal: ';'}", "decimal sign", "file.decimal", ""),
        ("file: {header_row: first}", "row numbers", "file.header_row", ""),
        ("file: {format: exel}", "no format", "file.format", "xlsx"),
        ("groups: {means_of_control: {unset: yes, column: c}}", "yes is not known", "unset", "unknown"),
        ("layout: {name: mine}", "cannot declare", "layout", ""),
        ("fields: [gender]", "keys with values", "fields", ""),
        ("fields: {gender: sexo}", "has keys", "fields.gender", "column: sexo"),
        ("record_id: {colum: id}", "no key colum", "record_id", "column"),
        ("fields: {gender: null}", "says nothing", "fields.gender", ""),
        ("fields:\n  gender: {column: [}\n", "not YAML", "line 2", "Check"),
        ("unknown: &a [*a]", "References", "line 1", ""),
        ("fields: {[a]: b}", "key must be one text", "line 1", ""),
    ],
)
def test_a_mistake_is_named_with_its_place(
    text: str, what: str, where: str, do: str, standard: Standard
) -> None:
    error = refusal(text, standard)
    assert what in error.what
    assert "mapping.yml" in error.where
    assert where in error.where
    assert do in error.do


def test_yaml_never_guesses_types(standard: Standard) -> None:
    text = "unknown: [-99, NO, 2020-01-01]\nfields: {abduction: {column: a, yes: [yes, on], no: [no, 0]}}"
    mapping = parse_mapping(text, "m.yml", standard)
    assert mapping.unknown == ("-99", "NO", "2020-01-01")
    assert mapping.fields["abduction"].values == {"yes": "yes", "on": "yes", "no": "no", "0": "no"}


def test_a_mapping_extends_a_layout(standard: Standard) -> None:
    layout = load_layout("ctdc-2018", standard).mapping
    text = (
        "extends: ctdc-2018\nrecord_id: {column: case}\nfields: {gender: {column: sexo}, citizenship: null}"
    )
    mapping = parse_mapping(text, "m.yml", standard)
    assert mapping.record_id == "case"
    assert mapping.fields["gender"].columns == ("sexo",)
    assert "citizenship" not in mapping.fields
    assert mapping.groups == layout.groups
    assert mapping.required == layout.required


def test_a_missing_or_unreadable_file_is_told(tmp_path: Path, standard: Standard) -> None:
    with pytest.raises(TiphubError, match="no such mapping"):
        load_mapping(tmp_path / "mapping.yml", standard)
    (tmp_path / "latin.yml").write_bytes("unknown: [é]".encode("latin-1"))
    with pytest.raises(TiphubError, match="cannot be read"):
        load_mapping(tmp_path / "latin.yml", standard)


@pytest.mark.parametrize("name", layout_names())
def test_a_layout_writes_every_column_that_it_reads(name: str) -> None:
    layout = load_layout(name, standard_of(name))
    assert len(set(layout.columns)) == len(layout.columns)
    named = [entry.columns for entry in layout.mapping.fields.values()]
    named += [names for entry in layout.mapping.groups.values() for names in entry.flags.values()]
    named += [entry.columns for entry in layout.mapping.groups.values() if entry.columns]
    optional = {"prs_HighestLevelOfEducation"}
    assert all(set(names) & (set(layout.columns) | optional) for names in named)


def test_an_unknown_layout_is_refused_with_a_guess(standard: Standard) -> None:
    with pytest.raises(TiphubError) as caught:
        load_layout("ctdc2018", standard)
    assert "ctdc-2018" in caught.value.do
