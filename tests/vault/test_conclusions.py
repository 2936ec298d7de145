"""A release is said to mislead where it does, to be silent where it is, and else to say the same."""

from collections.abc import Sequence

import pytest

from tiphub.vault.s5_evaluate.conclusions import Claim, Verdict, conclude, verdict
from vault.dp_people import columns, people, population, standard

NEITHER, MORE, LESS = ((), ("more",), ("less",))
BOTH = ("less", "more")


@pytest.mark.parametrize(
    ("true", "told", "expected"),
    [
        (MORE, MORE, "same"),
        (BOTH, BOTH, "same"),
        (MORE, BOTH, "less"),
        (MORE, NEITHER, "less"),
        (BOTH, MORE, "more"),
        (NEITHER, MORE, "more"),
        (MORE, LESS, "other"),
        (("a", "b"), ("b", "c"), "other"),
    ],
)
def test_what_is_left_possible_is_compared(
    true: Sequence[str], told: Sequence[str], expected: Verdict
) -> None:
    kind = Claim("most", "", tuple(true)), Claim("most", "", tuple(told))
    assert verdict([kind[0]], [kind[1]]) == expected


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (Claim("share", value=0.35, low=0.3, high=0.37), "same"),
        (Claim("share", value=0.41, low=0.36, high=0.44), "other"),
        (Claim("share", value=0.34), "less"),
        (None, "less"),
    ],
)
def test_words_for_a_share_hold_for_the_true_one_or_not(told: Claim | None, expected: Verdict) -> None:
    true = Claim("share", value=0.34, low=0.3, high=0.37)
    assert verdict([true], [told] if told else []) == expected


def test_the_worst_of_several_claims_counts() -> None:
    true = [Claim("most", part, ("a",)) for part in ("women", "men", "others")]
    told = [Claim("most", "women", ("a",)), Claim("most", "men", ("a", "b")), Claim("most", "others", ("b",))]
    assert verdict(true, told[:1] + told[1:2]) == "less"
    assert verdict(true, told) == "other"


def test_what_people_tell_is_counted_from_their_codes() -> None:
    codes = people(2_000)
    found = conclude(population(codes, columns()), standard())
    women = int((codes[:, 0] == 1).sum())
    known = int((codes[:, 0] > 0).sum())
    (claim,) = found["gender_women"]["claims"]
    assert claim["value"] == pytest.approx(women / known)
    assert f"{women:,} of {known:,}" in found["gender_women"]["sentence"]
    assert found["gender"]["claims"][0]["possible"] == ["woman"]
    assert "citizenship_top" not in found  # these people have no citizenship to be asked for
