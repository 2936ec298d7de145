"""What one record is, said where privacy is promised: the promise is to a record."""

from collections.abc import Mapping
from typing import Any

from tiphub.standard import ONE_RECORD, Record


def of_records(statement: Mapping[str, Any], record: Record) -> dict[str, Any]:
    """A statement of differential privacy on people, for what a file's records are.

    Of ``k`` records the loss is ``k`` squared times rho: group privacy of zero-concentrated differential
    privacy (Bun and Steinke 2016, proposition 1.9).
    """
    told = {**statement, "record": ONE_RECORD[record]}
    if record == "victim" or "epsilon" not in statement["parameters"]:
        return told
    epsilon, delta = (statement["parameters"][name] for name in ("epsilon", "delta"))
    return {
        **told,
        "unit": (
            "one record, a victim-perpetrator pair; neighbouring data differ by adding or removing one "
            "record. Not one person: a victim or a perpetrator may stand in several records"
        ),
        "protects_from": [
            (
                "Learning whether a given victim-perpetrator pair is in the data, or what its record says, "
                f"with more certainty than epsilon {epsilon:g} and delta {delta:.2g} allow, whatever else is "
                "known."
            ),
            "Finding the record of a pair: no record stands for one. Records are made from noisy counts.",
        ],
        "does_not_protect_from": [
            (
                "Learning what is true of a whole group (whom men recruit, who is paid): that is what the "
                "data are published for."
            ),
            (
                "Somebody in several pairs: each pair enjoys the promise, all of them together a weaker one, "
                "for k pairs that of k squared times rho. The file does not say who that is."
            ),
            "What adds up over releases: keep account of what is published.",
        ],
    }
