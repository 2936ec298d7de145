"""The privacy-loss ledger: what was spent on whom, once and for all."""

from tiphub.vault.ledger.balance import Balance, Booking, Budget
from tiphub.vault.ledger.chain import Report, examine
from tiphub.vault.ledger.entry import Entry
from tiphub.vault.ledger.ledger import Kept, Ledger, check_signature
from tiphub.vault.ledger.repair import repair

__all__ = [
    "Balance",
    "Booking",
    "Budget",
    "Entry",
    "Kept",
    "Ledger",
    "Report",
    "check_signature",
    "examine",
    "repair",
]
