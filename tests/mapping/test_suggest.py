import pytest

from tiphub.mapping import load_layout, suggest
from tiphub.standard import Standard


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("prs_Citizenship", "Ukrain", "did you mean Ukraine (UKR)?"),
        ("prs_Citizenship", "Philipines", "did you mean Philippines (PHL)?"),
        ("prs_Gender", "Femenine", "did you mean Woman (woman)?"),
        (
            "vic_TypeOfExploitation",
            "Forced labor; Servitude",
            "“Forced labor”: did you mean Forced labour (forced_labour)?",
        ),
        ("prs_Citizenship", "zzzz", ""),
        ("prs_Birthdate", "yesterday", ""),
        ("no_such_column", "x", ""),
    ],
)
def test_a_guess_for_a_person_to_confirm(column: str, value: str, said: str, standard: Standard) -> None:
    assert suggest(standard, load_layout("htcds-2.0", standard).mapping, column, value) == said


def test_what_a_flag_expects(standard: Standard) -> None:
    mapping = load_layout("ctdc-2018", standard).mapping
    assert (
        suggest(standard, mapping, "isForcedLabour", "2")
        == "expected 1 (yes) or 0 (no), or empty for unknown"
    )
