"""Whether anything of a group was answered, measured beside the release's own columns.

It is the denominator of the group's shares. No table of one, two or three options tells it, and what a model
makes of the others was seen to be up to a third off.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tiphub.standard import Standard
from tiphub.standard.answered import answered_columns
from tiphub.standard.variables import Codes, Variable
from tiphub.vault.s4_protect.dp.counting import Table
from tiphub.vault.s4_protect.dp.logic import Derived, derive
from tiphub.vault.s4_protect.dp.measure import Measured
from tiphub.vault.s4_protect.dp.noise import Counts


def beside(
    standard: Standard, variables: Sequence[Variable]
) -> tuple[tuple[Variable, ...], tuple[Derived, ...]]:
    """The variables that say of each group whether it was answered, and how they follow from the others."""
    place = {item.name: position for position, item in enumerate(variables)}
    found = answered_columns(standard, [item.name for item in variables if "yes" in item.values])
    derived = tuple(
        Derived(
            len(variables) + number,
            tuple((place[flag], variables[place[flag]].values.index("yes") + 1) for flag in item.flags),
        )
        for number, item in enumerate(found)
    )
    return tuple(item.variable for item in found), derived


def widen(codes: Codes, derived: Sequence[Derived]) -> Codes:
    """Records with what follows beside them; looks at each record by itself alone."""
    out = np.zeros((len(codes), codes.shape[1] + len(derived)), np.int16, order="F")
    out[:, : codes.shape[1]] = codes
    return derive(out, derived)


def gaps(measured: Measured, tables: Mapping[Table, Counts], derived: Sequence[Derived]) -> Mapping[str, Any]:
    """How far the records are from the measured number of people who answered each group, and its noise.

    Computed from the counts of the records and the noisy tables alone.
    """
    found = {}
    for item in derived:
        table = (item.place,)
        wanted = float(measured.estimates.table(table)[1])
        found[measured.variables[item.place].name] = {
            "records_off_by": round(float(tables[table][1]) - wanted, 2),
            "std": round(measured.estimates.deviation(table), 2),
        }
    return {"answered": found} if found else {}
