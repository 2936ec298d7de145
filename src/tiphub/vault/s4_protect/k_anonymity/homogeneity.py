"""How far the protected records give answers away although nobody can be singled out in them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tiphub.standard.variables import Codes, Variable


def homogeneity(
    records: Codes, variables: Sequence[Variable], quasi_identifiers: Sequence[int]
) -> Mapping[str, Any]:
    """The share of groups, and of the people in them, in which everyone gives one and the same answer.

    Groups are records alike in every quasi-identifier. The answers are those of the other columns: any known
    value of a field, and ``yes`` to a flag (that nobody was exploited in some way is no secret). ``columns``
    names the five for which it is most often so. Such a group fails l-diversity with l = 2 (Machanavajjhala
    et al., l-Diversity, TKDD 2007). Computed from what is published, hence safe to publish.
    """
    others = [position for position in range(len(variables)) if position not in quasi_identifiers]
    if not others or not len(records):
        return {"groups": 0.0, "people": 0.0, "columns": {}}
    order = np.lexsort([records[:, position] for position in quasi_identifiers])
    sorted_records = records[order]
    keys = sorted_records[:, list(quasi_identifiers)]
    starts = np.flatnonzero(np.concatenate([[True], (np.diff(keys, axis=0) != 0).any(axis=1)]))
    sizes = np.diff(np.append(starts, len(records)))
    alike = np.zeros((len(starts), len(others)), bool)
    for column, position in enumerate(others):
        values = sorted_records[:, position]
        low, high = np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)
        alike[:, column] = (low == high) & (low > (1 if variables[position].values == ("no", "yes") else 0))
    one = alike.any(axis=1)
    worst = sorted(zip(alike.mean(axis=0).tolist(), others, strict=True), reverse=True)[:5]
    return {
        "groups": round(float(one.mean()), 3),
        "people": round(float(sizes[one].sum() / len(records)), 3),
        "columns": {variables[position].name: round(part, 3) for part, position in worst if part > 0},
    }
