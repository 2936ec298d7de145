"""Whatever number is typed into a story is found, and prose without one passes."""

from hypothesis import given
from hypothesis import strategies as st

from tiphub.portal.stories.numbers import typed_number

UNITS = ("two", "three", "four", "five", "six", "seven", "eight", "nine")
TEENS = ("ten", "eleven", "twelve", "thirteen", "fifteen", "sixteen", "eighteen", "nineteen")
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
ORDINALS = ("third", "fourth", "fifth", "sixth", "ninth", "tenth", "twelfth", "thirteenth", "twentieth")
FORMS = ("{}", "about {} people", "*{}*", "({})", "“{}”", "some {}, at last", "they are {}.", "no,\n{}")
ROMAN = (
    *((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL")),
    *((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")),
)
ABBREVIATIONS = {"C", "D", "L", "M", "CC", "CD", "CM", "DC", "MC", "MD", "ML", "MM"}
HONEST = (
    *("the one who asks", "no one", "one another", "one of the girls", "each other", "once they arrive"),
    *("the first and the second", "a second chance", "second-hand", "split-second", "the second section"),
    *("the third section", "third parties", "third-country nationals", "half-sisters", "living quarters"),
    *(
        "a double life",
        "zero tolerance",
        "V-shaped",
        "an X-ray",
        "I am",
        "the part I know",
        "a manifold harm",
    ),
    *("more than a single way", "mostly", "often", "someone", "attention", "several", "a few", "both"),
)


@st.composite
def in_words(draw: st.DrawFn) -> str:
    """A whole number of two or more, in words."""
    small = st.sampled_from([*UNITS, *TEENS, *TENS])
    joined = st.builds("{}-{}".format, st.sampled_from(TENS), st.sampled_from(["one", *UNITS]))
    large = st.builds("{} {}".format, small, st.sampled_from(["hundred", "thousand", "million"]))
    text = draw(small | joined | large)
    return draw(st.sampled_from([text, text.upper(), text.capitalize()]))


@given(in_words(), st.sampled_from(FORMS))
def test_no_number_in_words_passes(number: str, form: str) -> None:
    assert typed_number(form.format(number))


@given(
    st.sampled_from(["every", "Each", "a", "one", "every single", "the"]),
    st.sampled_from(ORDINALS),
    st.sampled_from(["child", "of them", "girl or boy", "woman", "largest group"]),
    st.sampled_from(FORMS),
)
def test_no_part_and_no_rank_passes(of: str, ordinal: str, who: str, form: str) -> None:
    assert typed_number(form.format(f"{of} {ordinal} {who}"))


@given(st.integers(2, 3999), st.sampled_from(["Part {}", "{} of them", "in {} cases", "# {}. Who"]))
def test_no_roman_numeral_passes_unless_it_is_an_abbreviation(number: int, form: str) -> None:
    roman, left = "", number
    for value, sign in ROMAN:
        roman += sign * (left // value)
        left %= value
    assert bool(typed_number(form.format(roman))) == (roman not in ABBREVIATIONS)


@given(
    st.lists(st.sampled_from(HONEST), min_size=1, max_size=8),
    st.sampled_from([", ", "; ", ",\n", " – ", " (as it were) "]),
)
def test_prose_without_a_number_passes(parts: list[str], between: str) -> None:
    assert not typed_number(between.join(parts))
