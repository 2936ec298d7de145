"""The private report tells what the figures say, escaped, on a page that needs nothing else."""

import re

import numpy as np
import pyarrow as pa
import pytest

from tiphub.standard import Variable, decode
from tiphub.vault.s4_protect import Population, Protected
from tiphub.vault.s5_evaluate import evaluate, rehearse, report, summary
from vault.dp_people import columns, people, population


def as_they_are(batches) -> Protected:
    records = decode(np.concatenate(list(batches())), columns())
    return Protected(records=records, counts=records, statement={"parameters": {}}, loss={})


def page(*, rehearsed: bool = True) -> str:
    source = population(people(2_000), columns())
    figures = dict(evaluate(source, as_they_are(source.batches)).private)
    if rehearsed:
        figures["rehearsal"] = rehearse(source, as_they_are, random=np.random.default_rng(1))
    return report(figures, release="2026-11-21")


def test_it_says_that_it_is_private_and_what_it_found() -> None:
    text = page()
    assert "Private." in text
    assert "2,000 recorded cases stand behind 2,000 published records" in text
    assert "1,600 people" in text
    assert "400 others were held back" in text
    assert text.count("<svg") == text.count("</svg>") > 8
    assert "Counts are on average within a tenth of the truth by one column" in text
    assert "by three columns of any size" in text
    assert "attacks found more about people in the data than about others: " in text
    assert text.index("In short") < text.index("What the counts lost") < text.index("What attacks found")


def test_it_needs_nothing_from_elsewhere() -> None:
    text = page()
    assert not re.search(r"<script|https?://|\ssrc=|<link|@import", text)


def test_without_a_rehearsal_it_says_so() -> None:
    assert "Attacks were not tried" in page(rehearsed=False)


def test_what_readers_conclude_otherwise_stands_with_both_sentences() -> None:
    source = population(people(300), columns())
    figures = dict(evaluate(source, as_they_are(source.batches)).private)
    changed = [
        {"name": "a", "title": "Wrong <b>", "verdict": "other", "people": "One.", "release": "Two."},
        {"name": "b", "title": "Silent", "verdict": "less", "people": "Three.", "release": "Cannot tell."},
    ]
    figures["findings"] = {"asked": 10, "same": 8, "less": 1, "more": 0, "other": 1, "changed": changed}
    text = report(figures, release="1")
    assert "2 of 10 findings (20%) conclude otherwise from the release than from the people" in text
    assert "Wrong &lt;b&gt;" in text
    assert (
        text.index("Two.")
        < text.index("The release cannot tell what the people would (1)")
        < text.index("Three.")
    )


def test_an_attack_that_succeeds_stands_in_the_summary() -> None:
    one = {"right": 90, "guesses": 100, "rate": 0.9, "low": 0.8, "high": 0.95}
    other = {"right": 20, "guesses": 100, "rate": 0.2, "low": 0.1, "high": 0.3}
    attack = {
        "name": "inferring <gender>",
        "on_people": one,
        "on_control": other,
        "naive": other,
        "beyond": (0.7, 0.5, 0.8),
        "succeeds": True,
    }
    source = population(people(300), columns())
    figures = dict(evaluate(source, as_they_are(source.batches)).private)
    figures["rehearsal"] = {
        "vault": 1_000,
        "people": 800,
        "control": 200,
        "confidence": 0.95,
        "attacks": [attack],
    }
    text = report(figures, release="1")
    assert "1 of 1 attacks found more about people in the data than about others" in text
    assert "Withdraw the release until somebody has found out why." in text
    assert "the 1,000 cases that the vault held by then; the release was made of 300" in text
    assert "<gender>" not in text
    assert "inferring &lt;gender&gt;" in text


def test_of_many_attacks_that_succeed_a_few_are_named_and_what_to_do() -> None:
    rate = {"right": 90, "guesses": 100, "rate": 0.9, "low": 0.8, "high": 0.95}
    attacks = [
        {
            "name": f"inferring v{place}",
            "on_people": rate,
            "on_control": rate,
            "naive": None,
            "beyond": [0.5, place / 100, 0.8],
            "succeeds": True,
        }
        for place in range(1, 9)
    ]
    source = population(people(300), columns())
    figures = dict(evaluate(source, as_they_are(source.batches)).private)
    figures["protection"] = {"method": "k_anonymity", "k": 11}
    figures["rehearsal"] = {
        "vault": 300,
        "people": 200,
        "control": 100,
        "confidence": 0.95,
        "attacks": attacks,
    }
    first, *_ = summary(figures, {"v8": "Eight"})
    assert first.level == "alarm"
    assert "8 of 8 attacks" in first.text
    assert (
        "inferring “Eight”, inferring v7, inferring v6, inferring v5, inferring v4 and 3 more" in first.text
    )
    assert "protect by differential privacy" in first.text


@pytest.mark.parametrize(
    ("people", "said"),
    [
        (0, "0 recorded cases stand behind 0 published records"),
        (1, "1 recorded case stands behind 1 published record."),
    ],
)
def test_nobody_and_one_person_are_reported_too(people: int, said: str) -> None:
    gender, codes = Variable("gender", ("woman",), (None,)), np.ones((people, 1), np.int16)
    source = Population(variables=(gender,), quasi_identifiers=(), batches=lambda: iter([codes][:people]))
    made = Protected(records=decode(codes, (gender,)), counts=pa.table({}), statement={}, loss={})
    assert said in report(evaluate(source, made).private, release="1")
