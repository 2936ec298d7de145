"""Measure what protection cost."""

from tiphub.vault.s5_evaluate.evaluate import evaluate
from tiphub.vault.s5_evaluate.evaluation import Evaluation

__all__ = ["Evaluation", "evaluate"]
