"""Put a broken ledger right, under the name of a person, without giving any budget back."""

from collections.abc import Callable
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

from tiphub.errors import TiphubError
from tiphub.vault.ledger.balance import Balance
from tiphub.vault.ledger.chain import examine, read_chain
from tiphub.vault.ledger.ledger import Kept, Ledger, check_signature


def repair(path: Path, kept: Kept, epsilon_for: Callable[[Fraction, float], float], signed_by: str) -> Ledger:
    """Make file and vault agree again: all that either of them holds soundly counts.

    Entries of the file that follow the vault's copy (an old vault was restored) are taken into the vault:
    what they book is spent. Anybody who can write the file can add such entries, so that a larger lifetime
    budget among them is put back to what the vault knew; who means it signs it anew. Then the file is put
    aside, under another name, and written anew. What was found is an entry of its own.

    Raises:
        TiphubError: there is nothing to repair, the signature is none, or the vault's own copy is broken.
    """
    signature = check_signature(signed_by)
    report = examine(path, kept.ledger_lines())
    if not report.findings:
        raise TiphubError("The ledger is whole: there is nothing to repair.", where=str(path))
    sound = [entry.line for entry in read_chain(path.read_bytes())[0]] if path.exists() else []
    known = list(kept.ledger_lines())
    if sound[: len(known)] == known:
        for line in sound[len(known) :]:
            kept.keep_ledger_line(line)
    if path.exists():
        now = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        path.rename(path.with_name(f"{path.name}.broken-{now}"))
    ledger = Ledger.restored(path, kept, epsilon_for, found=report.findings[0], signed_by=signature)
    before, after = Balance.of(report.entries).budget, ledger.balance.budget
    if before and after and after.rho > before.rho:
        ledger.set_budget(before, signature)
    return ledger
