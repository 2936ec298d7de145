"""What k-anonymity promises and what it does not, in words for the release."""

from collections.abc import Mapping, Sequence
from typing import Any


def statement(k: int, quasi_identifiers: Sequence[str], homogeneity: Mapping[str, Any]) -> Mapping[str, Any]:
    """The statement that travels with the release (see ``argument.md`` for the reasons)."""
    return {
        "method": "k_anonymity",
        "parameters": {"k": k, "quasi_identifiers": list(quasi_identifiers)},
        "unit": "one record, which stands for one person as one agency knows them",
        "protects_from": [
            f"Telling a person's record from at least {k - 1} others by the quasi-identifiers alone, whatever "
            "is known about these: every combination that occurs, unknown and broader values being values of "
            f"their own, is shared by at least {k} records.",
            f"Reading a count below {k}, or computing one by subtraction, within one published table of counts.",
        ],
        "does_not_protect_from": [
            "Learning an answer that everyone in a group shares, without telling which record is whose.",
            "Recognising a record by what is not among the quasi-identifiers: means of control, type of "
            "exploitation and the other columns are as the agencies recorded them.",
            "Comparing this release with an earlier or later one, or with another source about the same people.",
            "Learning that a group of people is in the data at all.",
            "One person known to two agencies: they are two records here, and count twice in a group.",
            "Counts below k made from the records themselves: these are public.",
        ],
        "homogeneity": dict(homogeneity),
    }
