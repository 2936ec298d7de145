"""What the gate asks of a release that spends privacy budget."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from tiphub.errors import TiphubError
from tiphub.release import Content
from tiphub.vault.ledger import Booking

_ROUNDED_UP, _EXACT = 2e-6, 1e-9
"""A statement says its epsilon with six decimals, rounded up, as far as a float can."""

_FAULT = "Nothing was published. This is a fault of the program that builds the release."


def refuse_unbooked(content: Content, booking: Booking | None, version: str) -> None:
    """Refuse noisy content whose spend is not booked, to the last digit, for this method and version.

    Raises:
        TiphubError: it is not; or the noise was made repeatable, so that it protects nobody.
    """
    parameters: Mapping[str, Any] = content.statement["parameters"]
    if parameters.get("private") is False:
        raise TiphubError(
            "These records were made with repeatable noise, for a test: they protect nobody.", do=_FAULT
        )
    spends = "rho" in parameters or "epsilon" in parameters
    noisy = content.models is not None or content.counts.column("std").null_count < content.counts.num_rows
    if not spends and not noisy and booking is None:
        return
    if booking is None:
        raise TiphubError("The method spends privacy budget, and the ledger has not booked it.", do=_FAULT)
    if parameters.get("rho") is None or Fraction(parameters["rho"]) != booking.rho:
        raise TiphubError(
            f"The method spent rho {parameters.get('rho')}, and the ledger booked {booking.rho}.", do=_FAULT
        )
    epsilon, delta = (parameters.get(name, getattr(booking, name)) for name in ("epsilon", "delta"))
    if delta != booking.delta or not -_EXACT < epsilon - booking.epsilon < _ROUNDED_UP:
        raise TiphubError(
            f"The statement promises epsilon {epsilon} at delta {delta}, and the ledger booked"
            f" {booking.epsilon} at {booking.delta}.",
            do=_FAULT,
        )
    if (booking.method, booking.version) != (content.statement["method"], version):
        raise TiphubError(
            f"The ledger booked {booking.method} for version {booking.version}, not"
            f" {content.statement['method']} for {version}.",
            do=_FAULT,
        )
