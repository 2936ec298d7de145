"""Differential privacy: noisy counts, and records made from them alone."""

from tiphub.vault.s4_protect.dp.method import DifferentialPrivacy
from tiphub.vault.s4_protect.dp.noise import FreshNoise, SeededNoiseForTests

__all__ = ["DifferentialPrivacy", "FreshNoise", "SeededNoiseForTests"]
