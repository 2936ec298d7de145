"""What a release promises, told in the language of the page; what is not known stays in English, marked."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from portal.html import Element, read
from release.sample import QUASI_IDENTIFIERS, content, publish_sample
from tiphub.portal import create_app
from tiphub.portal.promises import promises
from tiphub.portal.texts import LANGUAGES, texts
from tiphub.progress import Silent
from tiphub.vault.s4_protect.dp import DifferentialPrivacy
from tiphub.vault.s4_protect.dp.synthesis import Effort
from tiphub.vault.s4_protect.k_anonymity.statement import statement as of_k
from vault.dp_people import columns as dp_columns
from vault.dp_people import people, population, standard

OTHERS = tuple(language for language in LANGUAGES if language != "en")
SIDES = ("protects_from", "does_not_protect_from")
NEW = "Something that no portal has heard of."


def of_noise() -> dict[str, Any]:
    method = DifferentialPrivacy(
        rho=Fraction(1, 4), delta=1e-6, standard=standard(), effort=Effort(groups=20, steps=10, rounds=5)
    )
    made = method.protect(population(people(500), dp_columns()), progress=Silent())
    return dict(made.statement)


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_of_both_methods_is_translated(language: str) -> None:
    t = texts(language)
    for statement in (of_noise(), dict(of_k(11, QUASI_IDENTIFIERS, {}))):
        for side in SIDES:
            told = promises(statement[side], t)
            assert not [promise.text for promise in told if promise.foreign]
            assert not {promise.text for promise in told} & set(statement[side])


def test_numbers_are_carried_over() -> None:
    statement = of_noise()
    epsilon = f"{statement['parameters']['epsilon']:g}"
    (first, *_) = promises(statement["protects_from"], texts("fr"))
    assert f"epsilon {epsilon} et delta 1e-06" in first.text
    (told,) = promises(of_k(11, (), {})["protects_from"][0], texts("es"))
    assert "otros 10 " in told.text
    assert "al menos 11 registros" in told.text


def boxes(tree: Element) -> list[Element]:
    return [item for item in tree.all("div") if item.attributes.get("class") in {"card yes", "card no"}]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_speaks_its_language_and_marks_what_does_not(language: str, tmp_path: Path) -> None:
    given = content(400)
    promised = of_k(11, QUASI_IDENTIFIERS, {})
    statement = {**promised, "does_not_protect_from": [*promised["does_not_protect_from"], NEW]}
    publish_sample(tmp_path, given=replace(given, statement=statement))
    t = texts(language)
    with TestClient(create_app(tmp_path)) as visitor:
        does, does_not = boxes(read(visitor.get(f"{t.prefix}/methods").text))
        twin = visitor.get(f"{t.prefix}/methods.json").json()["protection"]
    assert (promised["protects_from"][0] in does.text) == (language == "en")
    assert [item.text for item in does_not.all("li")] == twin["does_not_protect_from"]
    marked = [item for item in does_not.all("ul") if item.attributes.get("lang") == "en"]
    assert [item.text for item in marked] == ([] if language == "en" else [NEW])
    assert (t("methods.english") in does_not.text) == (language != "en")
