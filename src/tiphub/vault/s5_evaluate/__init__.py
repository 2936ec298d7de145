"""Measure what protection cost, and what attacks find."""

from tiphub.vault.s5_evaluate.conclusions import compare, conclude
from tiphub.vault.s5_evaluate.evaluate import evaluate
from tiphub.vault.s5_evaluate.evaluation import Evaluation
from tiphub.vault.s5_evaluate.rehearsal import rehearse
from tiphub.vault.s5_evaluate.report import report
from tiphub.vault.s5_evaluate.summary import Remark, protection, summary

__all__ = [
    "Evaluation",
    "Remark",
    "compare",
    "conclude",
    "evaluate",
    "protection",
    "rehearse",
    "report",
    "summary",
]
