"""Columns, options, hierarchies and names of the standard."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiphub.errors import TiphubError
from tiphub.standard import Code, CodeList, Standard, flag_name, load_standard, normalise

STANDARD = load_standard()


@pytest.fixture(scope="module")
def standard() -> Standard:
    return STANDARD


def test_scripts_find_the_promised_identifiers(standard: Standard) -> None:
    promised = {
        "gender": ("woman", "man", "trans_nonconforming"),
        "majority_status": ("child", "adult"),
        "trafficking_duration": ("0_12_months", "13_24_months", "25_plus_months"),
        "source_kind": ("case_management", "hotline"),
    }
    for field, codes in promised.items():
        assert tuple(code.code for code in standard.codes_of(field).codes) == codes
    assert {"forced_labour", "sexual_exploitation", "forced_criminality"} <= set(
        standard.codes_of("exploitation_type").by_code
    )
    assert {"agriculture", "construction", "domestic_work", "hospitality"} <= set(
        standard.codes_of("labour_sector").by_code
    )
    assert [code.code for code in standard.options("recruiter_relation")] == [
        "intimate_partner",
        "friend",
        "family",
        "other",
    ]


def test_columns_are_the_fields_and_then_each_groups_flags(standard: Standard) -> None:
    names = list(standard.columns)
    assert names[: len(standard.fields)] == list(standard.fields)
    flags = [flag_name(g, code.code) for g in standard.groups for code in standard.codes_of(g).codes]
    assert names[len(standard.fields) :] == flags
    family = standard.columns["recruiter_relation_family"]
    assert (family.kind, family.group, family.disclosure) == ("flag", "recruiter_relation", "sensitive")
    assert family.option is standard.codes_of("recruiter_relation").by_code["family"]


def test_nothing_identifying_and_no_marker_is_published(standard: Standard) -> None:
    for name in standard.published:
        column = standard.columns[name]
        assert column.disclosure != "identifying"
        assert column.option is None or not column.option.marker
        assert column.kind in {"code", "flag", "integer"}
    assert not {"means_of_control_not_specified", "recruiter_relation_unknown"} & set(standard.published)


def test_a_release_carries_the_merged_means_of_control_and_not_their_parts(standard: Standard) -> None:
    published = {name for name in standard.published if name.startswith("means_of_control_")}
    codes = standard.codes_of("means_of_control").codes
    parts = {flag_name("means_of_control", part) for code in codes for part in code.merged_from}
    merged = {flag_name("means_of_control", code.code) for code in codes if code.merged_from}
    assert merged <= published
    assert not parts & published
    assert len(merged) == 4
    assert len(parts) == 12


def test_quasi_identifiers_are_published_and_in_order(standard: Standard) -> None:
    found = standard.quasi_identifiers
    assert {"year_of_registration", "gender", "age_band", "citizenship", "country_of_exploitation"} <= set(
        found
    )
    assert list(found) == [name for name in standard.published if name in found]


def test_age_bands_cover_every_age_once_and_lead_to_child_or_adult(standard: Standard) -> None:
    bands = standard.codes_of("age_band").leaves
    assert len(bands) == 9
    for age in range(121):
        holding = [band for band in bands if (band.minimum or 0) <= age <= (band.maximum or 200)]
        assert [band.broader for band in holding] == ["child" if age <= 17 else "adult"]


def test_options_of_a_group_have_no_marker(standard: Standard) -> None:
    assert "not_specified" in standard.codes_of("labour_sector").by_code
    assert "not_specified" not in {code.code for code in standard.options("labour_sector")}


def test_codes_of_what_has_none_is_a_key_error(standard: Standard) -> None:
    for name in ("abduction", "nothing"):
        with pytest.raises(KeyError):
            standard.codes_of(name)


@pytest.mark.parametrize("name", STANDARD.code_lists)
def test_no_two_codes_of_a_list_share_a_name(name: str) -> None:
    found = STANDARD.code_lists[name].by_name
    for code in STANDARD.code_lists[name].leaves:
        assert all(
            found[normalise(label)] is code for label in (code.code, *code.label.values(), *code.names)
        )


def test_a_shared_name_is_refused() -> None:
    twins = CodeList(
        "colour", tuple(Code(code, {"en": label}, {}) for code, label in [("a", "Red"), ("b", "RED!")])
    )
    with pytest.raises(TiphubError, match="a and b are both called RED!"):
        _ = twins.by_name


@given(st.text(max_size=40))
def test_a_normalised_name_stays_as_it_is(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(st.text(alphabet=st.characters(codec="utf-8", categories=["Lu", "Ll", "Nd"]), max_size=20), st.data())
def test_punctuation_and_spaces_make_no_difference(text: str, data: st.DataObject) -> None:
    marks = data.draw(
        st.lists(st.sampled_from(" -.,'’()&/_\u0301\u00a0"), min_size=len(text), max_size=len(text))
    )
    assert normalise("".join(a + b for a, b in zip(text, marks, strict=True))) == normalise(text)
