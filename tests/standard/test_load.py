"""The loader takes the standard that is shipped, and says what is wrong with a broken one."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tiphub.errors import TiphubError
from tiphub.standard import load_standard, read_standard

Edit = Callable[[str, str, str], Path]


def test_a_copy_reads_like_the_original(standard_copy: Path) -> None:
    assert read_standard(standard_copy) == load_standard()


BROKEN = {
    "unknown key": (
        "fields/gender.yml",
        "kind: code",
        "kind: code\nkinds: code",
        "gender.yml",
        "Does not know kinds",
    ),
    "missing key": (
        "fields/gender.yml",
        "disclosure: quasi_identifying",
        "",
        "gender.yml",
        "Misses disclosure",
    ),
    "not YAML": ("fields/gender.yml", "kind: code", "kind: [code", "gender.yml", "Not YAML"),
    "no mapping": ("order.yml", "fields:", "- fields:", "order.yml", "Not YAML"),
    "strange kind": ("fields/abduction.yml", "kind: flag", "kind: maybe", "abduction", "no kind maybe"),
    "strange class": (
        "fields/gender.yml",
        "quasi_identifying",
        "secret",
        "gender",
        "no disclosure class secret",
    ),
    "strange unit": (
        "fields/gender.yml",
        "kind: code",
        "kind: code\nunit: witness",
        "gender",
        "no unit witness",
    ),
    "codes of a flag": (
        "fields/abduction.yml",
        "kind: flag",
        "kind: flag\ncodes: gender",
        "abduction",
        "exactly when",
    ),
    "no codes": ("fields/gender.yml", "codes: gender\n", "", "gender", "exactly when its kind is code"),
    "no such list": (
        "fields/gender.yml",
        "codes: gender",
        "codes: genders",
        "gender",
        "no code list genders",
    ),
    "published name": (
        "fields/given_name.yml",
        "published: false",
        "published: true",
        "given_name",
        "never be published",
    ),
    "published text": (
        "fields/given_name.yml",
        "disclosure: identifying\npublished: false",
        "disclosure: sensitive\npublished: true",
        "given_name",
        "no public domain",
    ),
    "label as text": (
        "fields/gender.yml",
        "label:\n  en: Gender",
        "label: Gender\nx:\n  en: Gender",
        "gender.yml",
        "know x",
    ),
    "no English": ("fields/gender.yml", "  en: Gender\n", "", "gender", "in English"),
    "strange language": ("fields/gender.yml", "  fr: Genre", "  xx: Genre", "gender.yml", "has not: xx"),
    "minimum of a code": (
        "fields/gender.yml",
        "kind: code",
        "kind: code\nminimum: 3",
        "gender",
        "Only a field",
    ),
    "range turned": ("fields/age.yml", "maximum: 120", "maximum: -1", "age", "greater than the maximum"),
    "minimum as text": ("fields/age.yml", "minimum: 0", "minimum: zero", "age", "whole numbers"),
    "published without a range": (
        "fields/year_of_registration.yml",
        "minimum: 1990\n",
        "",
        "year_of_registration",
        "needs a minimum and a maximum",
    ),
    "derivation halved": ("fields/age_band.yml", "  by: range", "", "age_band.yml", "two keys"),
    "derivation unknown": (
        "fields/age_band.yml",
        "by: range",
        "by: magic",
        "age_band",
        "no derivation magic",
    ),
    "derived from nothing": ("fields/age_band.yml", "  - age\n", "  - ages\n", "age_band", "no field"),
    "derived from itself": (
        "fields/majority_status.yml",
        "  - age_band",
        "  - majority_status",
        "majority_status",
        "itself",
    ),
    "wrong source": (
        "fields/age_band.yml",
        "  - age\n",
        "  - birth_date\n",
        "age_band",
        "from integer, not from date",
    ),
    "broader elsewhere": (
        "fields/majority_status.yml",
        "  - age_band",
        "  - citizenship",
        "majority_status",
        "not in its code list",
    ),
    "required nothing": (
        "groups/labour_sector.yml",
        "exploitation_type_forced_labour",
        "exploitation_type_forced",
        "labour_sector",
        "no option of another group",
    ),
    "not in order": ("order.yml", "- gender\n", "", "fields/gender.yml", "no place in order.yml"),
    "no file": ("order.yml", "- gender\n", "- gender\n- sex\n", "sex.yml", "no such file"),
    "twice in order": ("order.yml", "- gender\n", "- gender\n- gender\n", "order.yml", "stands twice"),
    "pairs halved": ("order.yml", "pairs:\n  fields:", "pairs:\n  field:", "order.yml", "two keys"),
    "pair not in order": (
        "order.yml",
        "  - perpetrator_role\n",
        "",
        "groups/perpetrator_role.yml",
        "no place in order.yml",
    ),
    "pair and victim": (
        "order.yml",
        "  groups:\n",
        "  groups:\n  - labour_sector\n",
        "order.yml",
        "stands twice",
    ),
    "two columns": ("order.yml", "groups:\n", "groups:\n- gender\n", "gender.yml", "no such file"),
    "code twice": ("codes/gender.csv", "\nman,", "\nwoman,", "gender", "woman stands twice"),
    "code with a space": (
        "codes/gender.csv",
        "\nman,",
        "\na man,",
        "gender",
        "letters, digits and underscores",
    ),
    "code without a label": ("codes/gender.csv", "\nman,Man,", "\nman,,", "gender", "no English label"),
    "short line": ("codes/gender.csv", "\nman,Man,", "\nman,", "gender.csv, line 3", "more or fewer cells"),
    "no header": ("codes/gender.csv", "code,", "codes,", "gender.csv", "column named code"),
    "broader nothing": ("codes/age_band.csv", ",child,", ",minor,", "age_band", "0_8 names minor"),
    "merged from nothing": (
        "codes/means_of_control.csv",
        "debt_bondage takes_earnings",
        "debt_bondage earnings",
        "means_of_control",
        "names earnings",
    ),
    "merged in a circle": (
        "codes/means_of_control.csv",
        "debt_bondage takes_earnings",
        "debt_bondage_or_earnings",
        "means_of_control",
        "merged from itself",
    ),
    "overlap": ("codes/age_band.csv", ",9,17", ",8,17", "age_band", "0_8 and 9_17 overlap"),
    "band turned": ("codes/age_band.csv", ",9,17", ",17,9", "age_band", "begins at 17 and ends before it"),
    "bound as text": (
        "codes/age_band.csv",
        ",9,17",
        ",nine,17",
        "age_band.csv, line 3",
        "no whole number: nine",
    ),
    "perhaps": (
        "codes/gender.csv",
        ",1.0,yes,",
        ",1.0,perhaps,",
        "gender.csv, line 2",
        "yes or no, not perhaps",
    ),
    "source": ("codes/gender.csv", "CTDC 2018: Female", "CTDC 2018 Female", "gender.csv, line 2", "STANDARD"),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_standard_is_refused(edit: Edit, broken: tuple[str, str, str, str, str]) -> None:
    name, old, new, where, what = broken
    folder = edit(name, old, new)
    with pytest.raises(TiphubError, match=re.escape(what)) as caught:
        read_standard(folder)
    assert where in caught.value.where


def test_codes_broader_than_each_other_are_refused(standard_copy: Path) -> None:
    path = standard_copy / "codes" / "country.csv"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    world = next(line for line in lines if line.startswith("m49_002,"))
    assert ",m49_" not in world
    header = lines[0].split(",")
    cells = world.split(",")
    cells[-(len(header) - header.index("broader"))] = "m49_014"
    path.write_text("".join(",".join(cells) if line == world else line for line in lines), "utf-8")
    with pytest.raises(TiphubError, match="go round in a circle"):
        read_standard(standard_copy)


@pytest.mark.parametrize("name", ["fields/gender.yml", "codes/gender.csv"])
def test_a_file_in_another_encoding_is_refused(standard_copy: Path, name: str) -> None:
    path = standard_copy / name
    path.write_bytes(path.read_text("utf-8").encode("utf-16"))
    with pytest.raises(TiphubError, match="not in UTF-8"):
        read_standard(standard_copy)


def test_a_folder_without_a_standard_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TiphubError, match="no such file"):
        read_standard(tmp_path)


def test_a_list_without_codes_is_refused(standard_copy: Path) -> None:
    (standard_copy / "codes" / "colour.csv").write_text("code,label_en\n", "utf-8")
    with pytest.raises(TiphubError, match="empty"):
        read_standard(standard_copy)


def test_two_columns_of_one_name_are_refused(edit: Edit) -> None:
    folder = edit("order.yml", "- abduction\n", "- abduction\n- recruiter_relation_family\n")
    (folder / "fields" / "recruiter_relation_family.yml").write_text(
        (folder / "fields" / "abduction.yml").read_text("utf-8"), "utf-8"
    )
    with pytest.raises(TiphubError, match="Two columns would have the name recruiter_relation_family"):
        read_standard(folder)


def test_a_question_of_another_unit_is_no_column_of_the_victims_table(edit: Edit) -> None:
    folder = edit("fields/abduction.yml", "kind: flag", "kind: flag\nunit: event")
    standard = read_standard(folder)
    assert standard.fields["abduction"].unit == "event"
    assert "abduction" not in standard.columns
    assert set(load_standard().columns) - set(standard.columns) == {"abduction"}


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["gender", "age", "range", "code"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["en", "from", "by", "x"]), inner, max_size=2)
    ),
    max_leaves=4,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), value=anything)
def test_no_change_of_a_file_ends_in_a_traceback(
    fuzzed_copy: Path, data: st.DataObject, value: object
) -> None:
    files = sorted(fuzzed_copy.rglob("*.yml"))
    path = data.draw(st.sampled_from([file for file in files if file.parent.name != "codes"]))
    before = path.read_text("utf-8")
    document = yaml.safe_load(before)
    document[data.draw(st.sampled_from(sorted(document)))] = value
    path.write_text(yaml.safe_dump(document, allow_unicode=True), "utf-8")
    _either_loads_or_is_refused(fuzzed_copy, path, before)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.data(), cell=st.text(max_size=6) | st.sampled_from(["child", "man", "yes", "7", "a|b", "a: b|c"])
)
def test_no_change_of_a_cell_ends_in_a_traceback(fuzzed_copy: Path, data: st.DataObject, cell: str) -> None:
    path = data.draw(st.sampled_from(sorted((fuzzed_copy / "codes").glob("*[!y].csv"))))
    before = path.read_text("utf-8")
    rows = list(csv.reader(before.splitlines()))
    row = data.draw(st.sampled_from(rows))
    row[data.draw(st.integers(0, len(row) - 1))] = cell
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    path.write_text(out.getvalue(), "utf-8", newline="")
    _either_loads_or_is_refused(fuzzed_copy, path, before)


def _either_loads_or_is_refused(folder: Path, path: Path, before: str) -> None:
    refused = None
    try:
        read_standard(folder)
    except TiphubError as error:
        refused = error
    finally:
        path.write_text(before, "utf-8")
    assert refused is None or (refused.what and refused.where)
