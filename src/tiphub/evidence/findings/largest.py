"""A finding of many parts, told of the largest alone."""

from dataclasses import replace

from tiphub.evidence.findings.model import Result
from tiphub.evidence.findings.sentences import sentence


def largest(result: Result, most: int, smallest_count: int | None) -> tuple[Result, int]:
    """Keep the parts with the most people, in this order, and say how many there were, if any is left out.

    A comparison keeps all its parts; so does a finding that has no more than ``most``: then it is 0.
    """
    people: dict[str, int] = {}
    for cell in result.cells:
        people.setdefault(cell.part, cell.estimate.people or 0)
    if result.finding.compare is not None or len(people) <= most:
        return result, 0
    kept = sorted(people, key=lambda part: -people[part])[:most]
    cells = tuple(cell for part in kept for cell in result.cells if cell.part == part)
    return sentence(replace(result, cells=cells), smallest_count), len(people)
