"""Attacks find what is given away of persons, and nothing where nothing is.

An evaluation's intervals hold together with 95% confidence, so that records that give nothing away are
accused in at most 1 of 40 cases (only the lower end counts). The seeds are fixed.
"""

import json
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from scipy.stats import binom

from tiphub.errors import TiphubError
from tiphub.progress import Silent
from tiphub.standard import Variable, decode
from tiphub.standard.variables import Codes
from tiphub.vault.s4_protect import Protected
from tiphub.vault.s4_protect.dp import DifferentialPrivacy, SeededNoiseForTests
from tiphub.vault.s4_protect.dp.accounting import rho_for
from tiphub.vault.s4_protect.dp.synthesis import Effort
from tiphub.vault.s5_evaluate.attacks import attack, beyond, rate
from tiphub.vault.s5_evaluate.rehearsal import rehearse
from vault.dp_people import columns, people, population, standard

WIDE = (*columns(), *(Variable(f"v{item}", tuple("abcdef"), (None,) * 6) for item in range(4)))
NAMES = [item.name for item in WIDE]


def crowd(number: int, seed: int) -> Codes:
    """People of ten columns, of whom many are alone in their combination."""
    random = np.random.default_rng(seed)
    habits = np.minimum(random.zipf(1.7, (number, 4)), 7) - 1
    return np.column_stack([people(number, seed), habits]).astype(np.int16)


def test_records_that_are_the_people_are_found_out() -> None:
    inside, outside = crowd(1_500, 1), crowd(1_500, 2)
    found = attack(inside, inside, outside, NAMES, random=np.random.default_rng(1), guesses=300)
    told = {item.name: item.succeeds for item in found}
    assert told["singling out by 5 columns"]
    assert told["linking two halves"]
    assert told["inferring v0"]


def test_a_tenth_of_the_people_among_made_up_records_is_found_out() -> None:
    inside, outside = crowd(3_000, 1), crowd(1_500, 2)
    mixed = np.concatenate([crowd(2_700, 3), inside[:300]])
    found = attack(mixed, inside[:300], outside, NAMES, random=np.random.default_rng(1))
    assert "linking two halves" in {item.name for item in found if item.succeeds}


def test_where_few_columns_single_few_people_out_chance_is_not_taken_for_a_leak() -> None:
    """Twenty evaluations with an alarm in 1 of 40 each: four alarms or more come about once in a thousand."""
    names = [item.name for item in columns()]
    alarms = 0
    for seed in range(20):
        random = np.random.default_rng(seed)
        parts = (people(number, 1_000 * place + seed) for place, number in enumerate((1_500, 1_500, 400), 1))
        alarms += any(item.succeeds for item in attack(*parts, names, random=random))
    assert alarms <= 3


def test_records_of_others_give_nobody_away() -> None:
    found = attack(
        crowd(1_500, 3), crowd(1_500, 1), crowd(1_500, 2), NAMES, random=np.random.default_rng(1), guesses=300
    )
    assert len(found) == 2 + 1 + 10
    assert min(item.on_people.guesses for item in found) > 30
    assert not [item.name for item in found if item.succeeds]


def protect_with(epsilon: float, seed: int) -> Callable[[Callable[[], Iterator[Codes]]], Protected]:
    method = DifferentialPrivacy(
        rho=rho_for(epsilon, 1e-5),
        delta=1e-5,
        standard=standard(),
        noise=SeededNoiseForTests(seed),
        seed_for_tests=seed,
        effort=Effort(groups=100, steps=80, rounds=40),
    )
    named = tuple(columns())

    def protect(batches: Callable[[], Iterator[Codes]]) -> Protected:
        part = population(np.concatenate(list(batches())), named)
        return method.protect(part, progress=Silent())

    return protect


@pytest.mark.parametrize("seed", [3, 4])
def test_at_epsilon_4_no_attack_beats_its_control(seed: int) -> None:
    """Of 60 such rehearsals with other seeds none had an attack that did; by chance 1 in 40 may."""
    everybody = population(people(3_000, seed), columns())
    found = rehearse(everybody, protect_with(4, seed), random=np.random.default_rng(seed))
    assert (found["people"], found["control"]) == (2_400, 600)
    assert len(found["attacks"]) >= 8
    assert not [item["name"] for item in found["attacks"] if item["succeeds"]]
    assert json.loads(json.dumps(found))["attacks"][0]["beyond"] == list(found["attacks"][0]["beyond"])


def test_a_method_that_publishes_people_as_they_are_is_found_out() -> None:
    codes = crowd(3_000, 4)

    def bare(batches: Callable[[], Iterator[Codes]]) -> Protected:
        records = decode(np.concatenate(list(batches())), WIDE)
        return Protected(records=records, counts=records, statement={}, loss={})

    found = rehearse(population(codes, WIDE), bare, random=np.random.default_rng(1))
    assert any(item["succeeds"] for item in found["attacks"])


def test_what_hardly_anybody_answered_is_not_inferred() -> None:
    names = [item.name for item in columns()]
    inside, outside, records = people(400, 1), people(400, 2), people(400, 3)
    outside[20:, 5] = 0
    told = {item.name for item in attack(records, inside, outside, names, random=np.random.default_rng(1))}
    assert "inferring gender" in told
    assert "inferring means_of_control_threats" not in told


def test_too_few_people_are_not_rehearsed() -> None:
    with pytest.raises(TiphubError, match="too few to rehearse"):
        rehearse(population(people(900), columns()), protect_with(4, 1))
    with pytest.raises(TiphubError, match="1 person is too few to rehearse"):
        rehearse(population(people(1), columns()), protect_with(4, 1))


def test_no_records_and_one_column_are_attacked_too() -> None:
    random = np.random.default_rng(1)
    one = people(300)[:, :1]
    assert len(attack(one, one, one, ["gender"], random=random)) == 1
    three = one.repeat(3, axis=1)
    nothing = attack(three[:0], three, three, list("abc"), random=random)
    assert all(item.on_people.right == 0 for item in nothing)


def test_rates_are_those_of_the_literature() -> None:
    """Newcombe 1998 (two-sided intervals for the single proportion), table I: 81 of 263, method 5."""
    found = rate(np.arange(263) < 81, 0.025)
    assert (found.low, found.high) == pytest.approx((0.2527, 0.3676), abs=5e-5)
    assert rate(np.zeros(0, bool), 0.025).low == 0


@pytest.mark.parametrize(("people", "control"), [(30, 30), (60, 30), (60, 60)])
def test_no_more_false_alarms_than_promised(people: int, control: int) -> None:
    """All outcomes of two equally good guesses, by their chance: none is left to luck."""
    tail = 0.025 / 55
    rates = [[rate(np.arange(n) < k, tail) for k in range(n + 1)] for n in (people, control)]
    alarm = np.array([[beyond(one, other)[1] > 0 for other in rates[1]] for one in rates[0]])
    for chance in np.linspace(0.02, 0.98, 49):
        one, other = (binom.pmf(np.arange(n + 1), n, chance) for n in (people, control))
        assert one @ alarm @ other <= tail
