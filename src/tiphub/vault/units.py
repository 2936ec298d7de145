"""What a single file's records are, said where privacy is promised: the promise is to a record."""

from collections.abc import Mapping
from typing import Any

from tiphub.standard import ONE_RECORD, Record

_WHOM = {
    "victim": (
        "one record of the file; neighbouring data differ by adding or removing one record",
        "record",
        "Finding a victim's record: no record stands for a person. Records are made from noisy counts.",
        "that a corridor is used, that a child is recruited by family",
        "Somebody in several records of the file",
    ),
    "pair": (
        (
            "one record, a victim-perpetrator pair; neighbouring data differ by adding or removing one "
            "record. Not one person: a victim or a perpetrator may stand in several records"
        ),
        "victim-perpetrator pair",
        "Finding the record of a pair: no record stands for one. Records are made from noisy counts.",
        "whom men recruit, who is paid",
        "Somebody in several pairs",
    ),
}
"""The unit; what it is called; what finding it means; what is true of a group; who is several of it."""


def of_records(statement: Mapping[str, Any], record: Record) -> dict[str, Any]:
    """A statement of differential privacy on a hub's cases, for what a single file's records are.

    Of ``k`` records the loss is ``k`` squared times rho: group privacy of zero-concentrated differential
    privacy (Bun and Steinke 2016, proposition 1.9).
    """
    told = {**statement, "record": ONE_RECORD[record]}
    if "epsilon" not in statement["parameters"]:
        return told
    epsilon, delta = (statement["parameters"][name] for name in ("epsilon", "delta"))
    unit, one, finding, group, several = _WHOM[record]
    return {
        **told,
        "unit": unit,
        "protects_from": [
            (
                f"Learning whether a given {one} is in the data, or what it says, with more certainty than "
                f"epsilon {epsilon:g} and delta {delta:.2g} allow, whatever else is known."
            ),
            finding,
        ],
        "does_not_protect_from": [
            f"Learning what is true of a whole group ({group}): that is what the data are published for.",
            (
                f"{several}: each of them has the promise, all together a weaker one, for k of them that of "
                "k squared times rho. The file does not say who that is."
            ),
            (
                "What adds up: nobody keeps count. Whoever makes such a file of the same people twice spends "
                "twice, and so does whoever publishes them from a hub as well."
            ),
        ],
    }
