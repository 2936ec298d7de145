"""The columns that say whether anything of a group was answered."""

from tiphub.standard import load_standard
from tiphub.standard.answered import answered_columns, answered_name, options_of

STANDARD = load_standard()


def test_every_group_with_several_options_has_one_and_no_other() -> None:
    carried = [
        "gender",
        "labour_sector_mining",
        "labour_sector_begging",
        "recruiter_relation_family",
    ]
    found = answered_columns(STANDARD, carried)
    assert [(item.name, item.flags) for item in found] == [
        ("labour_sector:answered", ("labour_sector_begging", "labour_sector_mining"))
    ]
    assert found[0].variable.values == ("yes",)
    assert answered_columns(STANDARD, ["gender"]) == ()


def test_all_published_groups_have_one_whose_name_no_column_has() -> None:
    found = answered_columns(STANDARD, STANDARD.published)
    assert {item.group for item in found} == set(STANDARD.groups)
    assert not {answered_name(group) for group in STANDARD.groups} & set(STANDARD.columns)


def test_a_merged_option_stands_in_for_its_parts_only_where_they_are_not_there() -> None:
    whole = next(code for code in STANDARD.options("means_of_control") if code.merged_from)
    parts = [f"means_of_control_{part}" for part in whole.merged_from]
    merged = f"means_of_control_{whole.code}"
    assert whole.code not in options_of([merged, *parts], STANDARD, "means_of_control")
    assert options_of([merged], STANDARD, "means_of_control") == (whole.code,)
