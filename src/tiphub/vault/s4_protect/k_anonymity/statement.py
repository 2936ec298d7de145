"""What k-anonymity promises and what it does not, in words for the release."""

from collections.abc import Mapping, Sequence
from typing import Any


def statement(k: int, quasi_identifiers: Sequence[str], homogeneity: Mapping[str, Any]) -> Mapping[str, Any]:
    """The statement that travels with the release (see ``argument.md`` for the reasons)."""
    told_apart = (
        f"Telling a person's record from at least {k - 1} others by the quasi-identifiers alone: every "
        "combination of their values that occurs, unknown and broader values being values of their own, is "
        f"shared by at least {k} records."
    )
    other_columns = (
        "Recognising a record by what is not among the quasi-identifiers: means of control, type of "
        "exploitation and the other columns are as the agencies recorded them, or follow from it."
    )
    return {
        "method": "k_anonymity",
        "parameters": {"k": k, "quasi_identifiers": list(quasi_identifiers)},
        "unit": "one recorded case, which is one person as one agency knows them",
        "protects_from": [
            told_apart,
            f"Reading a count below {k}, or computing one by subtraction, within one table of counts.",
        ],
        "does_not_protect_from": [
            "Learning an answer that everyone in a group shares, without telling which record is whose.",
            other_columns,
            "Comparing this release with an earlier or later one, or with another source on the same people.",
            "Learning that people of a kind are in the data at all.",
            (
                "A person whom two agencies know: nobody is recognised across agencies, so they are two "
                f"cases and count twice in a group: {k} records may be fewer than {k} people."
            ),
            f"Counting below {k} in the records themselves, which are public.",
        ],
        "homogeneity": dict(homogeneity),
    }
