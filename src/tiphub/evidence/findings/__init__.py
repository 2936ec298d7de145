"""Findings: what data can be asked, declared in small files, with figures and sentences that hold."""

from tiphub.evidence.findings.compute import answer
from tiphub.evidence.findings.export import as_json, coverage, included, two_digits
from tiphub.evidence.findings.largest import largest
from tiphub.evidence.findings.load import TOPICS, choose, library, load_finding, parse_finding
from tiphub.evidence.findings.model import Cell, Comparison, Estimate, Finding, Result
from tiphub.evidence.findings.people import everybody, of_people, one_of
from tiphub.evidence.findings.sources import Source, of_noisy, of_release
from tiphub.evidence.findings.together import counted_together

__all__ = [
    "TOPICS",
    "Cell",
    "Comparison",
    "Estimate",
    "Finding",
    "Result",
    "Source",
    "answer",
    "as_json",
    "choose",
    "counted_together",
    "coverage",
    "everybody",
    "included",
    "largest",
    "library",
    "load_finding",
    "of_noisy",
    "of_people",
    "of_release",
    "one_of",
    "parse_finding",
    "two_digits",
]
