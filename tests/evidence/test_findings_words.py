"""Words and intervals: a word may be used only if it holds over the whole interval."""

import re
from dataclasses import replace
from itertools import combinations
from math import isclose

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from tiphub.evidence.findings import Cell, Estimate, Finding, Result
from tiphub.evidence.findings.intervals import difference, ratio, share
from tiphub.evidence.findings.model import Measure
from tiphub.evidence.findings.people import about, everybody, of_people, one_of, percent
from tiphub.evidence.findings.sentences import bracket, sentence
from tiphub.evidence.findings.union import bounds
from tiphub.evidence.findings.words import PORTIONS, TIMES, gap, portion, times

ENDS = st.tuples(st.floats(0, 1), st.floats(0, 1)).map(sorted)
COUNTS = st.integers(1, 5_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
PARTS = {"a half": 1 / 2, "a third": 1 / 3, "two thirds": 2 / 3, "half": 1 / 2, "three in four": 3 / 4}
PARTS |= {f"{word} in ten": n / 10 for word, n in (("one", 1), ("three", 3), ("seven", 7), ("nine", 9))}
PARTS |= {f"{word} in five": n / 5 for word, n in (("one", 1), ("two", 2), ("three", 3), ("four", 4))}
PARTS |= {"one in four": 1 / 4, "one in seven": 1 / 7, "one in twenty": 1 / 20, "one in three": 1 / 3}
PARTS |= {"one in thirty": 1 / 30, "two fifths": 2 / 5}


def meaning(text: str) -> tuple[float, float]:
    """What a reader takes a wording of a share to promise, written down apart from the code."""
    if text == "most":
        return 0.5, 1
    if text == "nearly all":
        return 0.95, 1
    if found := re.fullmatch(r"between (\d+)% and (\d+)%", text):
        return int(found[1]) / 100, int(found[2]) / 100
    if found := re.fullmatch(r"between (.+) and (.+)", text):
        return PARTS[found[1]], PARTS[found[2]]
    lead, value = re.fullmatch(r"(about|fewer than|more than|just over|almost) (.+)", text).groups()
    middle = PARTS[value]
    return {
        "about": (middle * 0.8 - 0.01, middle * 1.2 + 0.01),
        "fewer than": (0, middle),
        "almost": (middle - 0.07, middle),
        "more than": (middle, 1),
        "just over": (middle, middle + 0.07),
    }[lead]


@given(ENDS)
def test_a_portion_holds_over_the_whole_interval(ends):
    low, high = ends
    if (words := portion(low, high)) is None:
        assert high - low > 0.4
        return
    least, most = meaning(words.text)
    assert least - 1e-9 <= low
    assert high <= most + 1e-9


@pytest.mark.parametrize("words", PORTIONS, ids=lambda words: words.text)
def test_every_portion_is_within_what_its_words_mean(words):
    least, most = meaning(words.text)
    assert least - 1e-9 <= words.low < words.high <= most + 1e-9


@given(st.tuples(st.floats(0.01, 40), st.floats(0.01, 40)).map(sorted))
def test_times_never_says_a_direction_that_the_interval_does_not_have(ends):
    low, high = ends
    words = times(low, high)
    if low <= 1 <= high:
        assert words is None
        return
    assert words.low <= low
    assert high <= words.high
    assert ("less" in words.text or "half as" in words.text) == (high < 1)
    if found := re.match(r"more than (\w+) times", words.text):
        assert low > {"three": 3, "five": 5, "ten": 10}[found[1]] - 1e-9
    if words.text.startswith("up to twice"):
        assert high <= 2


def test_times_are_in_words_that_mean_what_they_cover():
    number = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "eight": 8}
    seen = 0
    for words in TIMES:
        if found := re.match(r"(\w+) to (\w+) times", words.text):
            assert (words.low, words.high) == (number[found[1]], number[found[2]])
            seen += 1
    assert seen >= 3


@given(st.tuples(st.floats(-1, 1), st.floats(-1, 1)).map(sorted))
def test_points_are_rounded_outwards(ends):
    low, high = ends
    words = gap(low, high)
    if low <= 0 <= high:
        assert words is None
        return
    numbers = [int(found) for found in re.findall(r"\d+", words.text)]
    near, far = sorted((abs(low), abs(high)))
    assert (numbers[0] if len(numbers) == 2 else 0) <= 100 * near + 1e-6
    assert numbers[-1] >= 100 * far - 1e-6


@given(COUNTS)
def test_a_share_without_noise_has_wilsons_interval(counts):
    numerator, base = counts
    found = share(numerator, base)
    expected = binomtest(numerator, base).proportion_ci(method="wilson")
    assert isclose(found.low, expected.low, abs_tol=1e-9)
    assert isclose(found.high, expected.high, abs_tol=1e-9)


def test_no_answer_is_named_twice():
    """Of answers that may be the most frequent one is not also among the less frequent."""
    finding = Finding("f", "who", "T", "people", "the most frequent", Measure("field", "gender"), {})
    intervals = {"A": (0.6, 0.3, 0.8), "B": (0.28, 0.1, 0.29), "C": (0.03, 0.0, 0.41)}
    cells = tuple(
        Cell("", "", name, name, Estimate(99, 99, round(99 * share), share, low, high))
        for name, (share, low, high) in intervals.items()
    )
    said = sentence(Result(finding, cells, None, (), "")).sentence
    assert said == (
        "Among people, the most frequent is “A” (60.0%) or “C” (3.0%): the data cannot tell which;"
        " less frequent is “B” (28.0%)."
    )


@given(COUNTS, st.floats(0, 1e4), st.floats(0, 1e4))
def test_noise_never_narrows_an_interval(counts, noise, rest):
    plain, noisy = share(*counts), share(*counts, noise=noise, rest=rest)
    assert 0 <= noisy.low <= plain.low + 1e-9
    assert plain.high - 1e-9 <= noisy.high <= 1


@given(st.integers(0, 10**6), st.floats(0, 1e3))
def test_a_noisy_count_is_said_no_more_exactly_than_its_interval(count, deviation):
    said, half = about(count, deviation), 1.96 * deviation
    assert abs(said - count) <= half
    if half >= 5.1:
        assert said % 10 == 0
    if half >= 51:
        assert said % 100 == 0


def test_how_many_of_how_many_is_said_with_the_noise_in_mind():
    found = Estimate(9_000, 5_634, 1_234, 0.219, 0.2, 0.24)
    assert of_people(found) == "1,234 of 5,634"
    assert of_people(replace(found, noise=(13.0, 40.0))) == "1,234 of about 5,630, with privacy noise"
    assert of_people(replace(found, numerator=8_137, denominator=12_012, noise=(13.0, 13.0))) == (
        "about 8,130 of 12,010"
    )
    assert of_people(replace(found, numerator=123, denominator=230, noise=(4.0, 4.0))) == (
        "123 of about 230, with privacy noise"
    )
    assert of_people(replace(found, numerator=123, denominator=234, noise=(4.0, 4.0))) == (
        "123 of 234, with privacy noise"
    )
    assert of_people(replace(found, numerator=3, noise=(13.0, 40.0))) == "fewer than 30 of about 5,600"
    assert of_people(replace(found, numerator=5_630, noise=(2.0, 40.0))) == "about 5,630 of 5,634"
    assert of_people(replace(found, numerator=0, noise=(0.0, 40.0))) == "nobody that is told, of about 5,600"


@given(COUNTS, st.floats(0, 1e3), st.floats(0, 1e3))
def test_who_divides_the_people_gets_the_share_beside_them(counts, noise, whole):
    numerator, base = counts
    estimate = Estimate(base, base, numerator, numerator / base, 0.0, 1.0, noise=(noise, whole))
    said = bracket(estimate)
    if found := re.search(r"; (about )?([\d,]+) of (about )?([\d,]+)(, with privacy noise)?\)", said):
        one, of = (int(text.replace(",", "")) for text in (found[2], found[4]))
        assert said.startswith(f"{percent(one / of)} ")
        assert not found[1] or one % 10 == 0
        assert not found[3] or of % 10 == 0
        assert bool(found[5]) == (one % 10 != 0)
        assert abs(one - numerator) <= max(1.96 * noise, 0.5)
        assert abs(of - base) <= max(1.96 * whole, 0.5)
    else:
        hidden = r"(fewer than [\d,]+ of|nobody that is told, of) (about )?[\d,]+(, with privacy noise)?\)"
        assert re.search(hidden, said)


@given(COUNTS, st.floats(0, 1e4), st.floats(0, 1e4))
def test_noise_of_a_denominator_counted_for_itself_is_in_the_interval(counts, noise, whole):
    """At an end that is no edge, X - pN is 1.96 of its deviations away from nothing."""
    plain, noisy = share(*counts), share(*counts, noise=noise, whole=whole)
    assert 0 <= noisy.low <= plain.low + 1e-9
    assert plain.high - 1e-9 <= noisy.high <= 1
    for p in (noisy.low, noisy.high):
        if 1e-6 < p < 1 - 1e-6 and (noisy.low, noisy.high) != (0, 1):
            spread = noise + p**2 * whole + counts[1] * p * (1 - p)
            assert isclose((counts[0] - p * counts[1]) ** 2, 1.959963984540054**2 * spread, rel_tol=1e-6)


@given(COUNTS, COUNTS)
def test_a_difference_turns_round_with_its_parts(first, second):
    low, high = difference(share(*first), share(*second))
    back = difference(share(*second), share(*first))
    assert isclose(low, -back[1], abs_tol=1e-12)
    assert isclose(high, -back[0], abs_tol=1e-12)


@given(COUNTS, COUNTS)
def test_a_ratio_has_its_value_inside_and_turns_round(first, second):
    assume(first[0] and second[0])
    ends, back = ratio(share(*first), share(*second)), ratio(share(*second), share(*first))
    assume(ends is not None and back is not None)
    value = first[0] / first[1] / (second[0] / second[1])
    assert ends[0] <= value * (1 + 1e-9)
    assert value <= ends[1] * (1 + 1e-9)
    assert isclose(ends[0], 1 / back[1], rel_tol=1e-9)


@given(
    st.lists(st.lists(st.booleans(), min_size=4, max_size=4), max_size=60),
    st.lists(st.booleans(), min_size=60, max_size=60),
)
def test_who_has_any_option_is_within_its_bounds(people, chosen):
    part = [person for person, inside in zip(people, chosen, strict=False) if inside]
    for population, whole in ((people, True), (part, False)):
        singles = [sum(person[option] for person in population) for option in range(4)]
        pairs = [
            (one, two, sum(person[one] and person[two] for person in people))
            for one, two in combinations(range(4), 2)
        ]
        low, high = bounds(singles, pairs, whole=whole, noise=(0, 0))
        assert low - 1e-9 <= sum(any(person) for person in population) <= high + 1e-9
        wider = bounds(singles, pairs, whole=whole, noise=(25, 40))
        assert wider[0] <= low
        assert high < wider[1]


def test_published_examples_of_the_methods():
    """Newcombe's table II, example (a): 56/70 against 48/80 is 0.0524 to 0.3339; a ratio's ends by hand."""
    low, high = difference(share(56, 70), share(48, 80))
    assert (round(low, 4), round(high, 4)) == (0.0524, 0.3339)
    low, high = ratio(share(56, 70), share(48, 80))
    (one, of), wide = (0.8, 0.6), [share(56, 70), share(48, 80)]
    for end, first, second in ((low, wide[0].low, wide[1].high), (high, wide[0].high, wide[1].low)):
        assert isclose((one - end * of) ** 2, (one - first) ** 2 + end**2 * (of - second) ** 2)


@given(COUNTS, COUNTS)
def test_a_ratio_is_unclear_where_the_difference_is(first, second):
    assume(first[0] and second[0])
    low, high = ratio(share(*first), share(*second))
    least, most = difference(share(*first), share(*second))
    assume(min(abs(low - 1), abs(high - 1)) > 1e-9)
    assert (low > 1, high < 1) == (least > 0, most < 0)


@pytest.mark.parametrize(
    ("first", "second", "p"), [(1, 200, 0.6), (3, 200, 0.8), (10, 200, 0.9), (50, 200, 0.97), (30, 300, 0.05)]
)
def test_few_people_with_equal_shares_are_seldom_told_apart(first, second, p):
    """The exact chance that a ratio tells two equal shares apart: at most about 5%, also near all."""
    groups = [
        [(binom.pmf(number, size, p), share(number, size)) for number in range(1, size + 1)]
        for size in (first, second)
    ]
    wrong = 0.0
    for chance, one in groups[0]:
        for other_chance, other in groups[1]:
            if chance * other_chance > 1e-9:
                low, high = ratio(one, other)
                wrong += chance * other_chance * (low > 1 or high < 1)
    assert wrong < 0.055


def test_noise_on_a_share_near_all_is_in_the_ratio():
    """Few people with much noise against many: their ratio of 1 is inside in 95% of the draws, or more."""
    random = np.random.default_rng(20261122)
    held = told = 0
    for _ in range(2_000):
        shares = []
        for size, spread in ((60, 4.0), (2_000, 4.0)):
            yes = random.binomial(size, 0.95)
            drawn = np.array([yes, size - yes]) + random.normal(0, spread, 2)
            counts = np.maximum(np.rint(drawn), 0).astype(int)
            shares.append(share(int(counts[0]), int(counts.sum()), noise=spread**2, rest=spread**2))
        if ends := ratio(*shares):
            told += 1
            held += ends[0] <= 1 <= ends[1]
    assert told > 1_990
    assert held / told > 0.94


def test_intervals_cover_where_the_noise_is_as_said():
    """The truth is drawn, then the noise: the interval must hold the truth in 95% of the draws, or nearly."""
    random = np.random.default_rng(20261121)
    held = {"share": 0, "difference": 0, "ratio": 0}
    draws, spread = 3_000, 12.0
    first_p, second_p, base = 0.4, 0.15, 600
    for _ in range(draws):
        noisy = []
        for p in (first_p, second_p):
            yes = random.binomial(base, p)
            counts = np.maximum(np.rint(np.array([yes, base - yes]) + random.normal(0, spread, 2)), 1).astype(
                int
            )
            noisy.append(share(int(counts[0]), int(counts.sum()), noise=spread**2, rest=spread**2))
        held["share"] += noisy[0].low <= first_p <= noisy[0].high
        low, high = difference(*noisy)
        held["difference"] += low <= first_p - second_p <= high
        low, high = ratio(*noisy)
        held["ratio"] += low <= first_p / second_p <= high
    assert all(0.94 <= count / draws <= 0.965 for count in held.values()), held


def test_without_the_noise_counted_in_they_would_not():
    """The same draws, the noise left out of the intervals: the check above can fail."""
    random = np.random.default_rng(20261121)
    held = 0
    for _ in range(1_000):
        yes = random.binomial(600, 0.4)
        counts = np.rint(np.array([yes, 600 - yes]) + random.normal(0, 12, 2)).astype(int)
        found = share(int(counts[0]), int(counts.sum()))
        held += found.low <= 0.4 <= found.high
    assert held / 1_000 < 0.9


def test_a_number_of_people_alone_is_said_as_beside_its_share_or_as_its_noise_leaves_it():
    found = Estimate(12_012, 12_012, 8_137, 0.677, 0.6, 0.7, noise=(13.0, 13.0), exactness=(13.0, 40.0))
    assert [one_of(found, name) for name in ("numerator", "denominator")] == ["about 8,130", "about 12,010"]
    assert everybody(found) == "about 12,000"
    small = replace(found, numerator=123, denominator=234, noise=(4.0, 13.0))
    assert [one_of(small, name) for name in ("numerator", "denominator")] == ["about 120", "about 230"]
    assert one_of(replace(small, numerator=2), "numerator") == "fewer than 10"
    assert one_of(replace(small, noise=None), "numerator") == "123"
    assert everybody(replace(small, exactness=None)) == "12,012"
