"""A release is said to mislead where it does, to be silent where it is, and else to say the same."""

from collections.abc import Sequence

import pytest

from tiphub.evidence.findings import Cell, Estimate, Result, library
from tiphub.evidence.findings.sentences import sentence
from tiphub.vault.s5_evaluate.conclusions import Claim, Verdict, claims, conclude, verdict
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


def test_two_sentences_that_cannot_tell_say_the_same() -> None:
    """Of more answers than it lists a sentence names none: which they were is not said."""
    many, others = (Claim("most", "", tuple(names)) for names in ("abcd", "cdefg"))
    assert verdict([many], [others]) == "same"
    assert verdict([many], [Claim("most")]) == "same"
    assert verdict([Claim("most", "", ("a",))], [many]) == "less"
    assert verdict([many], [Claim("most", "", ("a",))]) == "more"


@pytest.mark.parametrize("why", ["", "noise", "few"])
def test_a_claim_is_what_its_sentence_says(why: str) -> None:
    """Many answers alike, and one that has no figure: the sentence cannot tell, and nothing is claimed."""
    shares = [0.6, 0.1] if why else [0.2] * 5
    known = [Estimate(60, 50, 10, share, share - 0.05, share + 0.05) for share in shares]
    every = [*known, Estimate(60, why=why)] if why else known
    cells = tuple(Cell("", "", f"o{place}", f"Option {place}", one) for place, one in enumerate(every))
    finding = next(item for item in library(standard()) if item.name == "corridors_top")
    result = sentence(Result(finding, cells, None, (), ""))
    assert "the data cannot tell what" in result.sentence
    assert claims(result) == (Claim("most"),)


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
