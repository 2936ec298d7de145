"""How wide the 95% bounds of published counts are: a figure of what is published, and of nothing else."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tiphub.release import SEPARATOR
from tiphub.vault.s5_evaluate.utility import SIZES


def bounds_of_counts(counts: pa.Table) -> list[dict[str, Any]]:
    """For each number of columns and each class of size, half the width of the bounds, on average.

    Args:
        counts: as published: ``fields``, ``count``, ``low``, ``high``.

    Returns:
        ``columns``, ``count_at_least``, ``count_at_most``, ``mean_half_width`` in people, and
        ``mean_relative_half_width`` as a share of the count; nothing where counts have no bounds.
    """
    if not {"fields", "count", "low", "high"} <= set(counts.column_names):
        return []
    bounded = counts.filter(pc.and_(pc.is_valid(counts["low"]), pc.not_equal(counts["fields"], "")))
    columns = np.asarray(pc.count_substring(bounded["fields"], SEPARATOR)) + 1
    number = np.asarray(bounded["count"], np.int64)
    half = (np.asarray(bounded["high"], float) - np.asarray(bounded["low"], float)) / 2
    found = []
    for order in np.unique(columns).tolist():
        for least, most in SIZES:
            inside = (columns == order) & (number >= least) & (number <= (most or np.inf))
            if inside.any():
                found.append(
                    {
                        "columns": order,
                        "count_at_least": least,
                        "count_at_most": most,
                        "mean_half_width": float(half[inside].mean()),
                        "mean_relative_half_width": float((half[inside] / number[inside]).mean()),
                    }
                )
    return found
