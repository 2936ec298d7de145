"""The counts of a release: what the records say, and between which bounds the true number lies."""

import numpy as np
import pyarrow as pa

from tiphub.standard.variables import Codes
from tiphub.vault.s4_protect.dp.counting import Table, count_tables
from tiphub.vault.s4_protect.dp.measure import Measured

QUANTILE = 1.959963984540054
"""Of the normal distribution, for 95% intervals."""
_ROWS = 100_000


def bounds(measured: Measured, table: Table) -> tuple[np.ndarray, np.ndarray, float]:
    """95% bounds for every true count of a table, and the standard deviation they are made from.

    The bounds are those of the unbiased estimate, whose error is Gaussian with a known deviation, cut at 0:
    they hold for small counts as for large ones, whatever the records look like.
    """
    estimate, deviation = measured.estimates.table(table), measured.estimates.deviation(table)
    low = np.maximum(estimate - QUANTILE * deviation, 0)
    high = np.maximum(estimate + QUANTILE * deviation, 0)
    return low, high, deviation


def released_counts(measured: Measured, codes: Codes) -> pa.Table:
    """All measured tables, counted in the records, so that every count comes out again from them.

    A count that the records put outside its bounds widens them to itself. Combinations that no record has
    are left out; their count is 0.
    """
    wanted: list[Table] = [(), *measured.tables]
    wanted = sorted(set(wanted), key=lambda table: (len(table), table))
    batches = (codes[start : start + _ROWS] for start in range(0, len(codes), _ROWS))
    tables = count_tables(batches, measured.blocks.cardinalities, wanted)
    columns: dict[str, list[pa.Array]] = {
        name: [] for name in ("fields", "values", "count", "std", "low", "high")
    }
    names = [item.name for item in measured.variables]
    texts = [np.array(["", *item.values], object) for item in measured.variables]
    for table in wanted:
        cells = np.nonzero(tables[table]) if table else ()
        count = np.atleast_1d(tables[table][cells])
        low, high, deviation = bounds(measured, table)
        values = [texts[item][place] for item, place in zip(table, cells, strict=True)]
        joined = ["|".join(row) for row in zip(*values, strict=True)] if table else [""] * count.size
        columns["fields"].append(
            pa.array(["|".join(names[item] for item in table)] * count.size, pa.string())
        )
        columns["values"].append(pa.array(joined, pa.string()))
        columns["count"].append(pa.array(count.ravel(), pa.int64()))
        columns["std"].append(pa.array(np.full(count.size, round(deviation, 3))))
        columns["low"].append(pa.array(np.floor(np.minimum(low[cells], count)).ravel()))
        columns["high"].append(pa.array(np.ceil(np.maximum(high[cells], count)).ravel()))
    return pa.table({name: pa.chunked_array(parts) for name, parts in columns.items()})
