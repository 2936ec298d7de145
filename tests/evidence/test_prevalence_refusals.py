"""What cannot be estimated is refused in words, and what a file may look like."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiphub.errors import TiphubError
from tiphub.evidence.prevalence import OverlapNoise, Overlaps, estimate, overlaps, read_overlaps
from tiphub.evidence.prevalence.design import Design
from tiphub.evidence.prevalence.existence import NO_MAXIMUM, NOT_IDENTIFIED, obstacle
from tiphub.evidence.prevalence.graphs import decomposable_graphs

REFUSED: list[tuple[list[Any], dict[str, Any], str]] = [
    (["A"], {"A": 10}, "One list says nothing"),
    ([], {}, "One list says nothing"),
    (list("ABCDEFGHI"), {"A": 1}, "9 lists are more than the 8"),
    (["A", "A"], {"A": 1}, "same name"),
    (["A", "B+C"], {"A": 1}, "no '\\+' in it"),
    (["A", ""], {"A": 1}, "needs a name"),
    (["A", 3], {"A": 1}, "needs a name"),
    (["A", "B"], {"A": 5, "B": 5}, "No person is on two lists"),
    (["A", "B"], {"A": 0, "B": 0, "A+B": 0}, "Nobody is on any list"),
    (["A", "B"], {}, "Nobody is on any list"),
    (["A", "B", "C"], {"A": 3, "B": 4, "A+B": 2}, "Nobody is on the list C"),
    (["A", "B"], {"A": -1, "B": 3, "A+B": 1}, "no number of people"),
    (["A", "B"], {"A": 1.5, "B": 3, "A+B": 1}, "no number of people"),
    (["A", "B"], {"A": "7", "B": 3, "A+B": 1}, "no number of people"),
    (["A", "B"], {"A": True, "B": 3, "A+B": 1}, "no number of people"),
    (["A", "B"], {"A": None, "B": 3, "A+B": 1}, "no number of people"),
    (["A", "B"], {"A": 1, "X": 3, "A+B": 1}, "names no list 'X'"),
    (["A", "B"], {"A": 1, "": 3, "A+B": 1}, "names no list ''"),
    (["A", "B"], {"A+A": 1, "A+B": 1}, "names a list twice"),
    (["A", "B"], {"A+B": 1, "B+A": 1}, "given twice"),
]


@pytest.mark.parametrize(("lists", "counts", "said"), REFUSED)
def test_lists_that_cannot_be_estimated_from_are_refused(
    lists: list[Any], counts: dict[str, Any], said: str
) -> None:
    with pytest.raises(TiphubError, match=said):
        overlaps(lists, counts)


def write(folder: Path, text: str) -> Path:
    path = folder / "lists.json"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not JSON"),
        ("[]", "holds no lists"),
        ("{}", "holds no lists"),
        ('{"_note": "x"}', "holds no lists"),
        ('{"a": 3}', "no lists and counts"),
        ('{"lists": ["A", "B"]}', "no lists and counts"),
        ('{"lists": "AB", "counts": {}}', "not in the right form"),
        ('{"lists": ["A", "B"], "counts": {"A": 1, "A": 2, "B": 3, "A+B": 1}}', "written twice"),
        ('{"lists": ["A", "B"], "counts": {"A": 1, "B": 3, "A+B": 1}, "observed": 6}', "add up to 5"),
        ('{"lists": ["A", "B"], "counts": {"A": 1, "B": 3, "A+B": 1}, "published": 6}', "no range"),
        ('{"lists": ["A", "B"], "counts": {"A": 1, "B": 3, "A+B": 1}, "published": [5, NaN]}', "no range"),
        ('{"lists": ["A", "B"], "counts": {"A": 1, "B": 3, "A+B": 1}, "published": [50, 5]}', "no range"),
        ("[" * 100_000, "nested too deeply"),
        ('{"lists": ["A", "B"], "counts": {"A": NaN, "B": 3, "A+B": 1}}', "no number of people"),
    ],
)
def test_files_that_are_not_list_counts_are_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(TiphubError, match=said):
        read_overlaps(write(tmp_path, text))


def test_a_missing_file_and_one_that_is_not_text_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TiphubError, match="no such file"):
        read_overlaps(tmp_path / "none.json")
    path = tmp_path / "lists.json"
    path.write_bytes(b"\xff\xfe{}")
    with pytest.raises(TiphubError, match="not UTF-8"):
        read_overlaps(path)


def test_an_entry_is_read_without_the_others_and_a_misspelt_one_is_guessed(tmp_path: Path) -> None:
    good = {"lists": ["A", "B"], "counts": {"A": 1, "B": 3, "B+A": 1}}
    path = write(tmp_path, json.dumps({"_note": "x", "good": good, "bad": {}}))
    assert read_overlaps(path, entry="good")["good"].counts == (3, 1, 1)
    with pytest.raises(TiphubError, match="no entry goood") as caught:
        read_overlaps(path, entry="goood")
    assert caught.value.do == "Did you mean good?"


def test_unknown_models_pairs_and_too_few_draws_are_refused() -> None:
    system = overlaps(["A", "B"], {"A": 9, "B": 8, "A+B": 3})
    for options in ({"models": ["magic"]}, {"models": []}, {"pairs": ["A+X"]}, {"replicates": 3}):
        with pytest.raises(TiphubError):
            estimate(system, **options)


def model(design: Design, *names: tuple[int, int]) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    return np.array([pair in names for pair in design.pairs])


@pytest.mark.parametrize(
    ("counts", "asked", "said"),
    [
        ((20, 30, 5), {"seed": -5}, "cannot begin at -5"),
        ((20, 30, 5), {"noise": OverlapNoise(1e9)}, "1,000,000,000 people tells nothing beside .* 30"),
        ((200_000, 300_000, 50_000), {"noise": OverlapNoise(1e5)}, "cannot be reckoned with"),
        ((20, 30, -2), {"noise": OverlapNoise(1e-4)}, "A count is -2: noise of 0.0001 people"),
    ],
)
def test_numbers_that_no_estimate_can_begin_with_are_refused(
    counts: tuple[int, ...], asked: dict[str, Any], said: str
) -> None:
    with pytest.raises(TiphubError, match=said):
        estimate(Overlaps(("A", "B"), counts), **asked)


def test_existence_and_identifiability_of_the_example(shared_data: Path) -> None:
    """With all pairs the total is not identifiable; with A+B alone or with one other no estimate exists."""
    system = read_overlaps(shared_data / "multiple_systems_lists.json")["unidentifiable_example"]
    design = Design(3)
    ab, ac, bc = design.pairs
    assert obstacle(design, system.table, model(design, ab, ac, bc)) == NOT_IDENTIFIED
    for pairs in ((ab,), (ab, ac), (ab, bc)):
        assert obstacle(design, system.table, model(design, *pairs)) == NO_MAXIMUM
    for pairs in ((), (ac,), (bc,), (ac, bc)):
        assert obstacle(design, system.table, model(design, *pairs)) == ""


COUNTS = st.lists(st.integers(0, 30), min_size=7, max_size=7)


@settings(max_examples=60, deadline=None)
@given(COUNTS)
def test_three_lists_are_refused_or_have_a_total_of_at_least_the_people_seen(counts: list[int]) -> None:
    system = Overlaps(("A", "B", "C"), tuple(counts))
    try:
        overlaps(system.lists, {_name(row): count for row, count in zip(_cells(), counts, strict=True)})
        found = estimate(system, models=["independence", "dga", "all-pairs"])
    except TiphubError:
        return
    for item in found.estimates:
        assert system.observed - 1e-6 <= item.low <= item.total
        assert item.high is None or item.total <= item.high


@settings(max_examples=25, deadline=None)
@given(COUNTS, st.permutations([0, 1, 2]))
def test_the_order_of_the_lists_does_not_matter(counts: list[int], order: list[int]) -> None:
    names = ["A", "B", "C"]
    named = {_name(row): count for row, count in zip(_cells(), counts, strict=True)}
    try:
        plain = estimate(overlaps(names, named), models=["independence", "dga"])
    except TiphubError:
        return
    turned = estimate(overlaps([names[place] for place in order], named), models=["independence", "dga"])
    for one, other in zip(plain.estimates, turned.estimates, strict=True):
        assert one.total == pytest.approx(other.total, rel=1e-6)
        assert one.low == pytest.approx(other.low, rel=1e-4)


def _cells() -> list[tuple[int, ...]]:
    return [(0, 0, 1), (0, 1, 0), (0, 1, 1), (1, 0, 0), (1, 0, 1), (1, 1, 0), (1, 1, 1)]


def _name(row: tuple[int, ...]) -> str:
    return "+".join(name for name, member in zip("ABC", row, strict=True) if member)


def test_the_numbers_of_decomposable_graphs_are_the_known_ones() -> None:
    """OEIS A058862: labelled chordal graphs."""
    assert [len(decomposable_graphs(lists)) for lists in (1, 2, 3, 4, 5, 6)] == [1, 2, 8, 61, 822, 18_154]


def test_seven_lists_have_no_graph_average_but_the_other_models() -> None:
    names = list("ABCDEFG")
    counts = dict.fromkeys(names, 40) | {f"{a}+{b}": 4 for a in names for b in names if a < b}
    found = estimate(overlaps(names, counts), models=["independence", "dga"])
    assert [item.model for item in found.estimates] == ["independence"]
    assert "more than 6 lists" in found.refusals[0].reason
