"""k-anonymity by local recoding along the standard's hierarchies."""

from tiphub.vault.s4_protect.k_anonymity.method import KAnonymity

__all__ = ["KAnonymity"]
