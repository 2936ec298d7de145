"""What accuracy a budget buys: from public facts alone, before anything is spent and without the records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from tiphub.amount import amount
from tiphub.errors import TiphubError
from tiphub.standard import Variable, load_standard
from tiphub.standard.own import counted_beside
from tiphub.vault.columns import release_columns
from tiphub.vault.hub import Hub
from tiphub.vault.models import models_share, release_models
from tiphub.vault.spending import Spend, lifetime_of, spend_of

EPSILONS = (0.5, 1.0, 2.0, 4.0, 8.0)
SIZES = (20, 100, 1_000, 10_000)
_Z = 1.96


class ExpectedStd(Protocol):
    """What a method knows of its noise before it sees anybody."""

    def __call__(self, variables: Sequence[Variable], rho: Fraction) -> Mapping[str, float]:
        """The standard deviation to expect of a count in each kind of table ("one column", ...)."""


@dataclass(frozen=True)
class Option:
    """What one epsilon buys.

    Attributes:
        epsilon: what a release would spend.
        rho: the same, exactly.
        releases: how many such releases the lifetime budget allows.
        half_widths: for each kind of table, half the width of the 95% interval of a count, in people.
    """

    epsilon: float
    rho: Fraction
    releases: int
    half_widths: Mapping[str, float]


@dataclass(frozen=True)
class Plan:
    """Options side by side, and the public facts that they follow from."""

    options: tuple[Option, ...]
    delta: float
    declared_size: int
    columns: int
    lifetime_epsilon: float


def plan(
    hub: Hub,
    expected: ExpectedStd,
    *,
    epsilons: Sequence[float] = EPSILONS,
    confirmed_large_epsilon: bool = False,
) -> Plan:
    """Say what each epsilon buys, from the declared size and the standard's domains alone.

    The vault is not opened. The noise of a count does not depend on the count, so that the records could not
    make the answer better.

    Raises:
        TiphubError: the hub protects otherwise than by differential privacy, the privacy settings cannot be
            used, or ``hub.yml`` names columns that cannot be released.
    """
    if (method := hub.settings.release.method) != "dp":
        raise TiphubError(
            f"A plan is for dp: this hub protects with {method}, which adds no noise and spends no budget.",
            where=str(hub.root / "hub.yml"),
            do="Leave --plan out, or set release.method to dp.",
        )
    standard = load_standard()
    variables, _ = release_columns(hub, standard)
    release_models(hub, standard)
    lifetime = lifetime_of(hub, confirmed_large_epsilon=True)
    options = []
    for epsilon in epsilons:
        spend = spend_of(hub, epsilon, confirmed_large_epsilon=confirmed_large_epsilon)
        half_widths = _half_widths(hub, spend, expected)
        options.append(Option(epsilon, spend.rho, lifetime.rho // spend.rho, half_widths))
    return Plan(
        tuple(options), lifetime.delta, hub.settings.declared_size or 0, len(variables), lifetime.epsilon
    )


def refuse_lost(hub: Hub, spend: Spend, expected: ExpectedStd) -> None:
    """Refuse a spend so small that no count would say anything, whoever is counted.

    Raises:
        TiphubError: even the most exact counts would be off by more people than the hub declares.
    """
    half, declared = min(_half_widths(hub, spend, expected).values()), hub.settings.declared_size
    if declared is not None and half > declared:
        raise TiphubError(
            f"With an epsilon of {spend.epsilon:g} a count could be off by {half:,.0f} people, and the hub"
            f" declares {amount(declared, 'person', 'people')}: the release would tell nothing.",
            where=f"privacy in {hub.root / 'hub.yml'}",
            do="Nothing was spent. Choose a larger epsilon: `tiphub build HUB --plan` shows what each buys.",
        )


def _half_widths(hub: Hub, spend: Spend, expected: ExpectedStd) -> Mapping[str, float]:
    standard = load_standard()
    variables, _ = release_columns(hub, standard)
    counted = (*variables, *counted_beside(standard, [item.name for item in variables]))
    left = 1 - models_share(hub)
    return {kind: _Z * std for kind, std in expected(counted, spend.rho * left).items()}
