"""Fictional agencies with a planted truth: the demo, and the tests' ground truth."""

from tiphub.simulate.population import Population, simulate_population
from tiphub.simulate.truth import Truth, load_truth, read_truth

__all__ = ["Population", "Truth", "load_truth", "read_truth", "simulate_population"]
