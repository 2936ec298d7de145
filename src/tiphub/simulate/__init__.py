"""Fictional agencies with a planted truth: the demo, and the tests' ground truth."""

from tiphub.simulate.agencies import AGENCIES
from tiphub.simulate.deliveries import (
    Contribution,
    Delivery,
    DirtyRow,
    GroundTruth,
    agency_files,
    simulate_agencies,
)
from tiphub.simulate.layouts import simulate_layout
from tiphub.simulate.population import Population, simulate_population
from tiphub.simulate.truth import Truth, load_truth, read_truth

__all__ = [
    "AGENCIES",
    "Contribution",
    "Delivery",
    "DirtyRow",
    "GroundTruth",
    "Population",
    "Truth",
    "agency_files",
    "load_truth",
    "read_truth",
    "simulate_agencies",
    "simulate_layout",
    "simulate_population",
]
