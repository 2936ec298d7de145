"""Protect people: methods of one shape, one folder each."""

from tiphub.vault.s4_protect.k_anonymity import KAnonymity
from tiphub.vault.s4_protect.method import Population, Protected, ProtectionMethod

__all__ = ["KAnonymity", "Population", "Protected", "ProtectionMethod"]
