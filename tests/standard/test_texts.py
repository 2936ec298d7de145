"""Every text of the standard is there in every language, and says something."""

from collections.abc import Iterator

import pytest

from tiphub.standard import LANGUAGES, load_standard
from tiphub.standard.model import Code, Field, Group

STANDARD = load_standard("pair")  # what is asked of victims is in it too
ENTRIES: list[tuple[str, Field | Group | Code]] = [
    *STANDARD.fields.items(),
    *STANDARD.groups.items(),
    *((f"{codes.name}/{code.code}", code) for codes in STANDARD.code_lists.values() for code in codes.codes),
]


def test_the_languages_are_those_that_the_portal_speaks() -> None:
    assert LANGUAGES == ("en", "fr", "es", "ar")


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_has_a_label_and_a_definition(language: str) -> None:
    missing = [
        f"{name}: {kind}"
        for name, entry in ENTRIES
        for kind, text in (("label", entry.label), ("definition", entry.definition))
        if not text.get(language, "").strip()
    ]
    assert not missing, f"{language} is missing for {missing}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_definitions_are_sentences(language: str) -> None:
    assert not [
        name
        for name, entry in ENTRIES
        if len(entry.definition[language]) < 15 or not entry.definition[language].endswith(".")
    ]


@pytest.mark.parametrize("language", ["fr", "es", "ar"])
def test_definitions_are_translated(language: str) -> None:
    assert not [name for name, entry in ENTRIES if entry.definition[language] == entry.definition["en"]]


def test_arabic_is_in_arabic_letters() -> None:
    def arabic(text: str) -> bool:
        return any("\u0600" <= letter <= "\u06ff" for letter in text)

    numbers = [name for name, entry in ENTRIES if entry.label["en"].replace("–", "").isdigit()]
    assert not [n for n, entry in ENTRIES if n not in numbers and not arabic(entry.label["ar"])]
    assert not [name for name, entry in ENTRIES if not arabic(entry.definition["ar"])]


def _rules() -> Iterator[tuple[str, str]]:
    yield STANDARD.fields["majority_status"].definition["en"], "17 or younger at registration"
    yield STANDARD.fields["country_of_exploitation"].definition["en"], "proxy"
    yield (
        STANDARD.code_lists["exploitation_type"].by_code["forced_criminality"].definition["en"],
        "scam compounds",
    )
    yield STANDARD.groups["recruiter_relation"].definition["en"], "attribute of the perpetrator"
    for group in STANDARD.groups.values():
        yield group.definition["en"], "among the records with at least one yes"


@pytest.mark.parametrize(("definition", "rule"), list(_rules()))
def test_definitions_state_the_rules_that_figures_depend_on(definition: str, rule: str) -> None:
    assert rule in definition


def test_everything_names_its_source_or_is_our_own() -> None:
    ours = {
        "age",
        "age_band/child",
        "age_band/adult",
        "exploitation_type/forced_criminality",
    }
    assert {name for name, entry in ENTRIES if not entry.source} == ours
