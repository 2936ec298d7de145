"""Numbers by country that a user brings: their names, their source, and any unit that they come in."""

import warnings

import numpy as np
import pytest

from evidence.people import STANDARD, grouped, model, ratios
from tiphub.errors import TiphubError
from tiphub.evidence.models import (
    CountryValues,
    NoisyTable,
    OddsRatios,
    declare_model,
    noisy_odds_ratios,
)

LEVELS = {"DEU": 2.0, "KEN": 5.0, "AFG": 8.0, "UKR": 4.0}
PEOPLE = grouped(
    {("DEU",): (10, 80), ("KEN",): (30, 60), ("AFG",): (45, 30), ("UKR",): (20, 70)}, "citizenship"
)


def of(scale: float, shift: float = 0.0, source: str = "made up") -> OddsRatios:
    values = {code: level * scale + shift for code, level in LEVELS.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return model(PEOPLE, "risk", covariates={"risk": CountryValues(values, source)})


@pytest.mark.parametrize("name", ["gender", "citizenship", "income_level", "labour_sector"])
def test_a_covariate_called_like_a_field_is_refused_and_does_not_take_its_place(name: str) -> None:
    with pytest.raises(TiphubError, match=f"cannot be called '{name}'.*another name"):
        model(PEOPLE, name, covariates={name: CountryValues(LEVELS, "made up")})


def test_values_that_no_covariate_uses_are_refused() -> None:
    with pytest.raises(TiphubError, match="risk has values and does not stand among the covariates"):
        model(PEOPLE, "income_level", covariates={"risk": CountryValues(LEVELS, "made up")})


def test_what_two_covariates_cannot_be_told_apart_in_is_not_called_separation() -> None:
    """Two numbers that are nearly one have extreme ratios, and intervals from one extreme to the other."""
    near = {code: level + 0.001 * place**2 for place, (code, level) in enumerate(LEVELS.items())}
    given = {"risk": CountryValues(LEVELS, "made up"), "hazard": CountryValues(near, "made up")}
    found = model(PEOPLE, "risk", "hazard", covariates=given)
    extreme = ratios(found)["hazard", None]
    assert extreme is not None
    assert not 0.001 <= extreme.ratio < 1000
    notes = " ".join(found.notes)
    assert "can hardly tell the effects apart" in notes
    assert "nearly tells" not in notes
    sharp = model(grouped({("woman",): (2_000, 1), ("man",): (1, 2_000)}, "gender"), "gender")
    assert "Gender nearly tells the outcome without error" in " ".join(sharp.notes)


def test_values_without_a_source_are_told_to_have_none() -> None:
    assert "Risk: made up." in of(1.0).notes
    assert "Risk: its file does not say where the values come from" in " ".join(of(1.0, source="").notes)


@pytest.mark.parametrize(
    ("scale", "unit", "points"),
    [
        (1.0, "each point more", 1.0),
        (10_000.0, "each 10,000 more", 1.0),
        (1.5e11, "each 100,000,000,000 more", 1 / 1.5),
        (0.001, "each 0.001 more", 1.0),
        (2e-11, "each 0.0000000001 more", 5.0),
    ],
)
def test_a_ratio_is_told_for_a_step_of_the_size_of_the_values(scale: float, unit: str, points: float) -> None:
    """``points``: how many points of the first scale a step is."""
    found, plain = of(scale), ratios(of(1.0))["risk", None]
    told = ratios(found)["risk", None]
    assert found.effects[0].label == unit
    assert plain is not None
    assert told is not None
    for one, other in ((told.ratio, plain.ratio), (told.low, plain.low), (told.high, plain.high)):
        assert one == pytest.approx(other**points, rel=1e-6)
    assert not any("Collinear" in note for note in found.notes)


def test_values_that_hardly_differ_make_a_ratio_and_no_overflow() -> None:
    told = ratios(of(1e-13, 1.0))["risk", None]
    assert told is None or 0 < told.low <= told.ratio <= told.high < float("inf")


def test_a_private_release_of_tiny_values_makes_ratios_within_their_intervals() -> None:
    values = CountryValues({code: level / 1e5 for code, level in LEVELS.items()}, "made up")
    shown = declare_model(
        STANDARD,
        outcome="child",
        on=["risk"],
        carried=["citizenship", "majority_status"],
        covariates={"risk": values},
    )
    (pair,) = shown.shape.pairs
    counts = np.full(shown.shape.shape(pair), 40.0)
    for place, text in enumerate(shown.axes[1].values):
        counts[0, place] = 5 + 1e6 * float(text)
    table = NoisyTable(counts, np.full(counts.shape, 2.0))
    found = noisy_odds_ratios(shown.shape, {pair: table}, shown.outcome)
    ratio = ratios(found)["risk", None]
    assert ratio is not None
    assert 1 < ratio.low <= ratio.ratio <= ratio.high < float("inf")
