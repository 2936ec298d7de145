"""What differential privacy promises and what it does not, in words for the release."""

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from tiphub.vault.s4_protect.dp.accounting import epsilon_for
from tiphub.vault.s4_protect.dp.measure import Measured


def statement(
    rho: Fraction, delta: float, measured: Measured, *, private: bool, models: Mapping[str, Any]
) -> Mapping[str, Any]:
    """The statement that travels with the release (see ``argument.md`` for the reasons).

    ``models`` is what it says of the declared models (see `models.Measured`).
    """
    parameters = {**_parameters(rho, delta, measured), **models}
    if not private:
        return _not_private(parameters)
    epsilon, of_two = (_rounded_up(epsilon_for(loss, delta)) for loss in (rho, 4 * rho))
    return {
        "method": "differential_privacy",
        "parameters": parameters | {"epsilon": epsilon},
        "unit": (
            "one recorded case, which is one person as one agency knows them; neighbouring data differ by "
            "adding or removing one case"
        ),
        "protects_from": [
            (
                "Learning whether a given case is in the data, or what it says of a person, with more "
                f"certainty than epsilon {epsilon:g} and delta {delta:.2g} allow, whatever else is known."
            ),
            "Finding a victim's record: no record stands for a person. Records are made from noisy counts.",
        ],
        "does_not_protect_from": [
            (
                "Learning what is true of a whole group (that a corridor is used, that a child is recruited "
                "by family): that is what the data are published for."
            ),
            (
                "A person whom two agencies know: nobody is recognised across agencies, so "
                "they are two cases and count twice. Each case has the promise; for both together it is that "
                f"of epsilon {of_two:.4g}."
            ),
            "What adds up over releases: the ledger of the hub limits it.",
        ],
    }


def _rounded_up(epsilon: float) -> float:
    return math.ceil(epsilon * 1e6) / 1e6


def _not_private(parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "method": "differential_privacy",
        "parameters": {**parameters, "private": False},
        "unit": "none: the noise was made repeatable for a test",
        "protects_from": ["Nothing: NOT PRIVATE. Made with repeatable noise, for tests alone."],
        "does_not_protect_from": ["Anything. Never publish this."],
    }


def _parameters(rho: Fraction, delta: float, measured: Measured) -> dict[str, Any]:
    moved = {item.variable.name: list(item.moved) for item in measured.regroupings if item.moved}
    return {
        "rho": str(rho),
        "delta": delta,
        "mechanism": "discrete Gaussian (OpenDP), zero-concentrated differential privacy",
        "tables": len(measured.tables),
        "values_not_shown_on_their_own": moved,
    }


def loss(measured: Measured) -> Mapping[str, Any]:
    """How large the noise is: the standard deviation of counts, by how many columns they cross."""
    deviations: dict[int, list[float]] = {}
    for table in measured.tables:
        deviations.setdefault(len(table), []).append(measured.estimates.deviation(table))
    return {
        "noise": {
            f"{size}_way": {
                "tables": len(found),
                "least_std": round(min(found), 2),
                "mean_std": round(sum(found) / len(found), 2),
                "largest_std": round(max(found), 2),
            }
            for size, found in sorted(deviations.items())
        }
    }
