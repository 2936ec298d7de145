"""What a hub may spend of its people's privacy, and the bookings of its builds."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction

from tiphub.errors import TiphubError
from tiphub.vault.hub import Hub
from tiphub.vault.ledger import Booking, Budget, Ledger, Report, check_signature, examine, repair
from tiphub.vault.ledger.words import amount, broken
from tiphub.vault.s4_protect.dp.accounting import check_epsilon, delta_for, epsilon_for, rho_for
from tiphub.vault.standing import book_again, settle, unpaid
from tiphub.vault.store import Store

LEDGER = "ledger.jsonl"


@dataclass(frozen=True)
class Spend:
    """What one release would spend: rho is exact, epsilon and delta are how people say it."""

    rho: Fraction
    epsilon: float
    delta: float


def spend_of(hub: Hub, epsilon: float | None = None, *, confirmed_large_epsilon: bool = False) -> Spend:
    """What a release spends: by ``hub.yml``, or for another epsilon.

    Raises:
        TiphubError: the privacy settings cannot be used.
    """
    asked = hub.settings.privacy.epsilon if epsilon is None else epsilon
    delta = delta_for(hub.settings.declared_size, hub.settings.privacy.delta)
    return Spend(rho_for(asked, delta, confirmed_large_epsilon=confirmed_large_epsilon), asked, delta)


def lifetime_of(hub: Hub, *, confirmed_large_epsilon: bool = False) -> Budget:
    """The lifetime budget that ``hub.yml`` asks for.

    Raises:
        TiphubError: the privacy settings cannot be used.
    """
    privacy = hub.settings.privacy
    check_epsilon(privacy.lifetime_epsilon, confirmed_large_epsilon=confirmed_large_epsilon)
    delta = delta_for(hub.settings.declared_size, privacy.delta)
    rho = rho_for(privacy.lifetime_epsilon, delta, confirmed_large_epsilon=confirmed_large_epsilon)
    return Budget(rho, privacy.lifetime_epsilon, delta)


def open_ledger(hub: Hub, store: Store) -> Ledger:
    """Open a hub's ledger, and settle what earlier builds left open.

    Raises:
        TiphubError: the ledger is broken.
    """
    ledger = Ledger(hub.root / LEDGER, store, epsilon_for)
    for release in unpaid(ledger.entries, hub.releases):
        raise broken(hub.root / LEDGER, str(release))
    settle(ledger, hub.releases)
    return ledger


def examine_ledger(hub: Hub, store: Store | None) -> Report:
    """What an examination of a hub's ledger finds; nothing is written.

    Args:
        hub: whose ledger it is.
        store: its open vault; ``None`` if it cannot be asked, then the end of the ledger is not verified.
    """
    report = examine(hub.root / LEDGER, store.ledger_lines() if store else None)
    missing = tuple(str(release) for release in unpaid(report.entries, hub.releases))
    return replace(report, state="broken", findings=(*report.findings, *missing)) if missing else report


def sign_budget(hub: Hub, signed_by: str, *, confirmed_large_epsilon: bool = False) -> Budget:
    """Enter the lifetime budget of ``hub.yml`` into the ledger under a person's name.

    Raises:
        TiphubError: the settings cannot be used, the signature is none, or the ledger is broken.
    """
    signer = check_signature(signed_by)
    budget = lifetime_of(hub, confirmed_large_epsilon=confirmed_large_epsilon)
    with Store.open(hub) as store:
        open_ledger(hub, store).set_budget(budget, signer)
    return budget


def repair_ledger(hub: Hub, signed_by: str) -> None:
    """Put a broken ledger right under a person's name (see `tiphub.vault.ledger.repair`).

    What standing releases spent and the ledger does not have is booked again.

    Raises:
        TiphubError: there is nothing to repair, or the signature is none.
    """
    path = hub.root / LEDGER
    with Store.open(hub) as store:
        report = examine(path, store.ledger_lines())
        if report.findings or not any(unpaid(report.entries, hub.releases)):
            ledger = repair(path, store, epsilon_for, signed_by)
        else:
            ledger = Ledger(path, store, epsilon_for)
        if ledger.balance.budget is None:
            set_lifetime(ledger, hub)
        book_again(ledger, hub.releases, signed_by)


def set_lifetime(ledger: Ledger, hub: Hub, *, confirmed_large_epsilon: bool = False) -> None:
    """Enter the lifetime budget of ``hub.yml`` if there is none yet.

    Raises:
        TiphubError: ``hub.yml`` asks for another one than the ledger has.
    """
    known = ledger.balance.budget
    confirmed = confirmed_large_epsilon or (
        known is not None and known.epsilon == hub.settings.privacy.lifetime_epsilon
    )
    ledger.set_budget(lifetime_of(hub, confirmed_large_epsilon=confirmed))


def refuse_weak_delta(hub: Hub, spend: Spend, people: int) -> None:
    """Refuse a delta that promises nothing to so many people.

    The number of people is exact; only the hub's own team sees the refusal, and nothing is published.

    Raises:
        TiphubError: delta is more than 1 in the number of people.
    """
    if spend.delta * people > 1:
        raise TiphubError(
            f"A delta of {spend.delta:.2g} promises nothing to as many people as the vault holds: it is more"
            " than 1 in their number.",
            where=f"declared_size and privacy.delta in {hub.root / 'hub.yml'}",
            do="Nothing was spent. Set declared_size to about how many people the hub holds: a round figure"
            " that may be public. Once a release was made, the person who answers for the hub signs the"
            ' lifetime budget that follows from it: tiphub ledger HUB --sign-budget "Name, role".',
        )


@contextmanager
def paid(
    ledger: Ledger,
    hub: Hub,
    spend: Spend,
    *,
    method: str,
    version: str,
    told: Callable[[str], None] = lambda _: None,
) -> Iterator[Booking]:
    """Book a spend; on leaving, link it to its release, or abandon it if there is none. It stays spent.

    ``told`` is told so in that case: what comes next may be "nothing was published, run it again".

    Raises:
        TiphubError: the lifetime budget does not allow it, or ``hub.yml`` asks for another one than the
            ledger has.
    """
    set_lifetime(ledger, hub)
    booking = ledger.spend(spend.rho, method=method, purpose="a release", version=version)
    try:
        yield booking
    finally:
        if booking in settle(ledger, hub.releases):
            delta = ledger.balance.budget.delta if ledger.balance.budget else spend.delta
            left = epsilon_for(ledger.balance.left, delta)
            told(
                f"There is no release, but what was booked for it stays spent: epsilon {spend.epsilon:g}."
                f" Left is one more release of epsilon {amount(left, down=True)}."
            )
