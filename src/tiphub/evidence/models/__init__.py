"""Odds ratios: the logistic models of the 2023 study of IOM and Harvard FXB, on any table in the standard."""

from tiphub.evidence.models.country_values import CountryValues, read_country_values
from tiphub.evidence.models.declared import Declared, declare
from tiphub.evidence.models.declared_model import DeclaredModel, declare_model
from tiphub.evidence.models.model import odds_ratios
from tiphub.evidence.models.noisy import NoisyTable
from tiphub.evidence.models.noisy_model import noisy_odds_ratios
from tiphub.evidence.models.outcomes import OUTCOMES
from tiphub.evidence.models.released import declared_models, odds_ratios_of, released_odds_ratios
from tiphub.evidence.models.result import Effect, OddsRatios, Ratio
from tiphub.evidence.models.terms import REFERENCES

__all__ = [
    "OUTCOMES",
    "REFERENCES",
    "CountryValues",
    "Declared",
    "DeclaredModel",
    "Effect",
    "NoisyTable",
    "OddsRatios",
    "Ratio",
    "declare",
    "declare_model",
    "declared_models",
    "noisy_odds_ratios",
    "odds_ratios",
    "odds_ratios_of",
    "read_country_values",
    "released_odds_ratios",
]
