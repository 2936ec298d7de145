"""Amounts and refusals in words."""

import math
from fractions import Fraction
from pathlib import Path

from tiphub.errors import TiphubError
from tiphub.vault.ledger.balance import Budget


def amount(value: Fraction | float, *, down: bool = False) -> str:
    """An amount with four digits, rounded up (what is spent) or down (what is left); for reading only.

    >>> amount(Fraction(1, 3)), amount(Fraction(1, 3), down=True), amount(3.9999999999, down=True), amount(0)
    ('0.3334', '0.3333', '4', '0')
    """
    exact = Fraction(value)
    if not exact:
        return "0"
    step = Fraction(10) ** (math.floor(math.log10(exact)) - 3)
    steps = exact / step
    whole = round(steps)
    if abs(steps - whole) > Fraction(1, 10**6):
        whole = math.floor(steps) if down else math.ceil(steps)
    return f"{float(whole * step):.4g}"


def told(budget: Budget) -> str:
    """A lifetime budget as people say it."""
    return f"epsilon {budget.epsilon:g} at delta {budget.delta:.2g}"


def broken(path: Path, what: str) -> TiphubError:
    """The refusal to work with a ledger that is not whole."""
    return TiphubError(
        f"The privacy ledger is broken. {what}",
        where=str(path),
        do="Nothing can be spent until it is put right. `tiphub ledger HUB` shows what is wrong; with"
        ' --repair "Name, role" the person who answers for the hub puts it right.',
    )
