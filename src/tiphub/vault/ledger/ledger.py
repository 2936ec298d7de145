"""The ledger at work: it books before noise is drawn, and refuses what is not left."""

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

from tiphub.errors import TiphubError
from tiphub.vault.ledger.balance import Balance, Booking, Budget, booking_of
from tiphub.vault.ledger.chain import examine
from tiphub.vault.ledger.entry import START, Entry, Kind
from tiphub.vault.ledger.words import amount, broken, told


class Kept(Protocol):
    """The vault's copy of the ledger: encrypted, so that nobody without the key can change it unseen."""

    def ledger_lines(self) -> tuple[str, ...]:
        """All lines, in order."""

    def keep_ledger_line(self, line: str) -> None:
        """Add a line; it is on the disk when this returns."""


class Ledger:
    """A hub's privacy-loss ledger: lines that are only ever added, in a file and in the vault.

    A line reaches the vault first and the file second, and noise is drawn only after both are on the disk.
    Killed in between, the vault knows of the line and the next opening writes it into the file: what was
    booked is spent, whatever happens. Only one process at a time has a vault open (the store holds the hub's
    lock), and so only one can spend.
    """

    def __init__(
        self,
        path: Path,
        kept: Kept,
        epsilon_for: Callable[[Fraction, float], float],
        *,
        anew: bool = False,
    ) -> None:
        """Open a hub's ledger; a line that a crash kept from the file is written into it.

        Args:
            path: ``ledger.jsonl`` of the hub.
            kept: the vault's copy.
            epsilon_for: says a rho at a delta as an epsilon, rounded up.
            anew: write the whole file from the vault's copy; it was put aside.

        Raises:
            TiphubError: the file and the vault do not agree, or the file cannot be written.
        """
        self._path, self._kept, self._epsilon_for = path, kept, epsilon_for
        report = examine(path, kept.ledger_lines())
        if report.findings and not (anew and not path.exists()):
            raise broken(path, report.findings[0])
        self.notes = report.notes
        self.entries = report.entries
        if report.state != "whole":
            self._write("".join(f"{entry.line}\n" for entry in self.entries).encode())

    @classmethod
    def restored(
        cls,
        path: Path,
        kept: Kept,
        epsilon_for: Callable[[Fraction, float], float],
        *,
        found: str,
        signed_by: str,
    ) -> "Ledger":
        """Write a file that was put aside anew from the vault, and enter what was found (see `repair`)."""
        ledger = cls(path, kept, epsilon_for, anew=True)
        ledger._add("repaired", {"found": found, "signed_by": check_signature(signed_by)})
        return ledger

    @property
    def balance(self) -> Balance:
        """What was spent and what is left."""
        return Balance.of(self.entries)

    def set_budget(self, budget: Budget, signed_by: str = "") -> None:
        """Set the lifetime budget; once set, only a named person's signature changes it.

        Raises:
            TiphubError: it would change and nobody signs.
        """
        now = self.balance.budget
        if now == budget:
            return
        if now is not None and not signed_by:
            raise TiphubError(
                f"hub.yml asks for another lifetime budget ({told(budget)}) than the ledger has"
                f" ({told(now)}).",
                where="privacy in hub.yml",
                do="Put hub.yml back, or let the person who answers for it sign the change:"
                ' tiphub ledger HUB --sign-budget "Name, role".',
            )
        facts = {"rho": str(budget.rho), "epsilon": budget.epsilon, "delta": budget.delta}
        self._add("budget", facts | ({"signed_by": check_signature(signed_by)} if signed_by else {}))

    def refuse_overspend(self, rho: Fraction) -> None:
        """Refuse to book so much; asked before work that takes long, and again when it is booked.

        Raises:
            TiphubError: there is no budget, or less is left than asked for.
        """
        lifetime, balance = self._lifetime(), self.balance
        if rho <= 0:
            raise TiphubError(f"A spend has to be above 0, not {rho}.")
        delta = lifetime.delta
        if rho > balance.left:
            raise TiphubError(
                f"This would overspend the hub's privacy budget. It needs {self._said(rho, delta)}; "
                + (
                    f"left is {self._said(balance.left, delta, down=True)}, of {told(lifetime)}."
                    if balance.left
                    else f"nothing is left of {told(lifetime)}."
                ),
                where=str(self._path),
                do="Ask for a smaller epsilon (see `tiphub build HUB --plan`), or raise lifetime_epsilon in"
                ' hub.yml and sign it: tiphub ledger HUB --sign-budget "Name, role". Nothing was spent now,'
                " and what was spent before cannot be taken back.",
            )

    def spend(self, rho: Fraction, *, method: str, purpose: str, version: str) -> Booking:
        """Book a spend. Only when this has returned may noise be drawn.

        Args:
            rho: what will be spent, exactly.
            method: the protection method.
            purpose: what for, in a few words.
            version: the release that is intended.

        Raises:
            TiphubError: there is no budget, or less is left than asked for; nothing was booked.
        """
        self.refuse_overspend(rho)
        return self._book(rho, method=method, purpose=purpose, version=version)

    def recover(self, rho: Fraction, *, method: str, version: str, signed_by: str) -> Booking:
        """Book what a standing release spent and an older ledger that was put back does not have.

        It is spent even if that is more than is left.

        Raises:
            TiphubError: there is no budget, or the signature is none.
        """
        signed = check_signature(signed_by)
        purpose = "a release that stands"
        return self._book(rho, method=method, purpose=purpose, version=version, signed_by=signed)

    def _book(self, rho: Fraction, *, method: str, purpose: str, version: str, **signed: str) -> Booking:
        delta = self._lifetime().delta
        facts = {
            "method": method,
            "rho": str(rho),
            "epsilon": self._epsilon_for(rho, delta),
            "delta": delta,
            "purpose": purpose,
            "version": version,
        }
        return booking_of(self._add("booked", facts | signed))

    def release(self, booking: Booking, *, version: str, manifest: str) -> None:
        """Link a booking to the release it paid for; ``manifest`` is the SHA-256 of its manifest."""
        self._settle(booking)
        self._add("released", {"booking": booking.number, "version": version, "manifest": manifest})

    def abandon(self, booking: Booking, reason: str) -> None:
        """Say that a booking led to no release. It stays spent."""
        self._settle(booking)
        self._add("abandoned", {"booking": booking.number, "reason": reason})

    def sign_mixed(self, signed_by: str, *, method: str, version: str, others: tuple[str, ...]) -> None:
        """Record that a named person answers for a release beside others of another method."""
        facts = {"method": method, "version": version, "beside": list(others)}
        self._add("mixed", facts | {"signed_by": check_signature(signed_by)})

    def _lifetime(self) -> Budget:
        budget = self.balance.budget
        if budget is None:
            raise TiphubError("This hub has no privacy budget yet.", where="privacy in hub.yml")
        return budget

    def _settle(self, booking: Booking) -> None:
        if booking not in self.balance.unfinished:
            raise TiphubError(f"Entry {booking.number} is no unfinished booking of this ledger.")

    def _add(self, kind: Kind, facts: Mapping[str, Any]) -> Entry:
        if not self.entries and kind != "opened":
            self._add("opened", {"format": "tiphub-ledger/1"})
        previous = self.entries[-1].sha256 if self.entries else START
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        entry = Entry(len(self.entries) + 1, now, kind, facts, previous)
        self._kept.keep_ledger_line(entry.line)
        self.entries = (*self.entries, entry)
        self._write("".join(f"{item.line}\n" for item in self.entries).encode())
        return entry

    def _write(self, whole: bytes) -> None:
        """Add what the file lacks of the whole, and wait until it is on the disk."""
        try:
            handle = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
            try:
                rest = whole[os.fstat(handle).st_size :]
                while rest:
                    rest = rest[os.write(handle, rest) :]
                os.fsync(handle)
            finally:
                os.close(handle)
            folder = os.open(self._path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            raise TiphubError(
                f"The ledger could not be written: {error.strerror}.",
                where=str(self._path),
                do="Make room or put the folder right, and run the same command again. The vault holds what"
                " is missing.",
            ) from None

    def _said(self, rho: Fraction, delta: float, *, down: bool = False) -> str:
        epsilon = self._epsilon_for(rho, delta)
        return f"rho {amount(rho, down=down)} (epsilon {amount(epsilon, down=down)} at delta {delta:.2g})"


def check_signature(text: str) -> str:
    """A signature as it is recorded: a name and what the person answers as.

    Raises:
        TiphubError: one of them has no letter, or it is no plain line of text.
    """
    name, _, role = (part.strip() for part in text.partition(","))
    said = all(any(letter.isalpha() for letter in part) for part in (name, role))
    if not said or not text.isprintable() or len(text) > 200:
        raise TiphubError(
            f"{text!r} is no signature.",
            do='Write a name and a role: "Ada Example, data protection officer".',
        )
    return f"{name}, {role}"
