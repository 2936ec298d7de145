"""Protect people: methods of one shape, one folder each."""

from tiphub.vault.s4_protect.method import Population, Protected, ProtectionMethod

__all__ = ["Population", "Protected", "ProtectionMethod"]
