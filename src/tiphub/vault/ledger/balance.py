"""What the entries of a ledger add up to, exactly."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from tiphub.vault.ledger.entry import Entry


@dataclass(frozen=True)
class Budget:
    """What a hub may spend in its lifetime: rho, and the (epsilon, delta) that it was derived from."""

    rho: Fraction
    epsilon: float
    delta: float


@dataclass(frozen=True)
class Booking:
    """A spend that was booked.

    Attributes:
        number: of its entry.
        sha256: of its entry; a release names it.
        method: which protection method spends.
        rho: how much.
        version: of the release that it is for.
        epsilon: what the spend is at ``delta``, rounded up.
        delta: of the hub's budget.
    """

    number: int
    sha256: str
    method: str
    rho: Fraction
    version: str
    epsilon: float
    delta: float


@dataclass(frozen=True)
class Balance:
    """The state of a budget; ``unfinished`` bookings are neither released nor abandoned, and spent."""

    budget: Budget | None
    spent: Fraction
    unfinished: tuple[Booking, ...]

    @property
    def left(self) -> Fraction:
        """What may still be spent: never below 0, and 0 without a budget."""
        return max(self.budget.rho - self.spent, Fraction(0)) if self.budget else Fraction(0)

    @classmethod
    def of(cls, entries: Sequence[Entry]) -> "Balance":
        """Add up entries. What was booked is spent, whatever became of it."""
        budget, spent = None, Fraction(0)
        unfinished: dict[int, Booking] = {}
        for entry in entries:
            facts = entry.facts
            if entry.kind == "budget":
                budget = Budget(Fraction(facts["rho"]), facts["epsilon"], facts["delta"])
            elif entry.kind == "booked":
                booking = booking_of(entry)
                spent += booking.rho
                unfinished[entry.number] = booking
            elif entry.kind in {"released", "abandoned"}:
                unfinished.pop(facts["booking"], None)
        return cls(budget, spent, tuple(unfinished.values()))


def booking_of(entry: Entry) -> Booking:
    """The booking that an entry of that kind holds."""
    facts = entry.facts
    return Booking(
        entry.number,
        entry.sha256,
        facts["method"],
        Fraction(facts["rho"]),
        facts["version"],
        facts["epsilon"],
        facts["delta"],
    )
