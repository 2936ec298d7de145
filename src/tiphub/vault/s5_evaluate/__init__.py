"""Measure what protection cost, and what attacks find."""

from tiphub.vault.s5_evaluate.evaluate import evaluate
from tiphub.vault.s5_evaluate.evaluation import Evaluation
from tiphub.vault.s5_evaluate.rehearsal import rehearse
from tiphub.vault.s5_evaluate.report import report

__all__ = ["Evaluation", "evaluate", "rehearse", "report"]
