"""What the child processes of the ledger's crash tests run."""

import time
from fractions import Fraction
from pathlib import Path

from tiphub.errors import TiphubError
from tiphub.vault import pipeline
from tiphub.vault.hub import open_hub
from tiphub.vault.spending import Spend, open_ledger, paid
from tiphub.vault.store import Store


def build(root: str) -> None:
    """Build a release."""
    pipeline.build(open_hub(Path(root)))


def book_and_wait(root: str, rho: str, seconds: float) -> None:
    """Book a spend and stay between booking and release for a while."""
    hub = open_hub(Path(root))
    with Store.open(hub) as store:
        ledger = open_ledger(hub, store)
        with paid(ledger, hub, Spend(Fraction(rho), 1.0, 1e-6), method="m", version="2026-01-01"):
            time.sleep(seconds)


def book_when_free(root: str, rho: str, answer: str) -> None:
    """Book a spend as soon as no other process is at work; write down how it went."""
    for _ in range(600):
        try:
            book_and_wait(root, rho, 0.2)
        except TiphubError as error:
            if "at work" in error.what:
                time.sleep(0.05)
                continue
            Path(answer).write_text(error.what, "utf-8")
        else:
            Path(answer).write_text("booked", "utf-8")
        return
