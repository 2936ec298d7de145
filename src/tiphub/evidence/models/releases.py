"""Which releases' records a model may be fitted to."""

from collections.abc import Mapping, Sequence
from typing import Any

from tiphub.errors import TiphubError
from tiphub.evidence.models.outcomes import OUTCOMES
from tiphub.release import Release

MOST_BROADENED = 0.02
"""The share of people for whom protection may have broadened or withheld a column of the model."""


def refuse_protected(
    release: Release, *, outcome: str, on: Sequence[str], covariates: Sequence[str] = ()
) -> None:
    """Refuse a release whose k-anonymity would make the odds ratios wrong.

    It broadens or withholds the values of rare people, so that who is left for the model depends on the
    outcome: on the demo hub the odds ratio of low-income countries comes out as 28 where 5.57 was planted.
    (A release with differential privacy answers through `released_odds_ratios`.)

    Raises:
        TiphubError: the release is such a one.
    """
    columns = set(OUTCOMES[outcome].columns) if outcome in OUTCOMES else set[str]()
    columns |= {"citizenship" if name in {"income_level", *covariates} else name for name in on}
    lost = {name: share for name, share in _broadened(release.evaluation).items() if name in columns}
    if any(share > MOST_BROADENED for share in lost.values()):
        named = ", ".join(f"{name} ({share:.0%})" for name, share in lost.items() if share > MOST_BROADENED)
        raise TiphubError(
            f"Protection broadened or withheld values of people: {named}. Whose depends on how rare they "
            "are, so on the outcome: the odds ratios would be wrong, and their intervals would not show it.",
            where=str(release.path),
            do="Leave these covariates out, or let the hub ask its own records: tiphub model HUB --vault.",
        )


def _broadened(evaluation: Mapping[str, Any]) -> dict[str, float]:
    """For each column that protection may change, the share of known values that are not told exactly."""
    cells = evaluation.get("loss", {}).get("cells", {})
    return {name: 1 - float(found["exact"] or 0) for name, found in cells.items() if "exact" in found}
