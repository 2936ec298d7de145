"""The counts of a release: what the records say, and between which bounds the true number lies."""

from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa

from tiphub.standard.variables import Codes
from tiphub.vault.s4_protect.dp.counting import Table, count_tables
from tiphub.vault.s4_protect.dp.measure import Measured
from tiphub.vault.s4_protect.dp.noise import Counts

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


def counted(measured: Measured, blocks: Iterable[Codes]) -> Mapping[Table, Counts]:
    """The total and all measured tables, counted in the records; each block is read once."""
    wanted = {(), *measured.tables, *((item,) for item in range(len(measured.variables)))}
    pieces = (codes[start : start + _ROWS] for codes in blocks for start in range(0, len(codes), _ROWS))
    return count_tables(pieces, measured.blocks.cardinalities, sorted(wanted))


def released_counts(measured: Measured, tables: Mapping[Table, Counts]) -> pa.Table:
    """All measured tables as `counted` in the records, so that every count comes out again from them.

    A count that the records put outside its bounds widens them to itself. Combinations that no record has
    are left out; their count is 0. But where a column is counted beside the records, which do not follow it,
    those are told that were measured to have people: people at home in a region, whose country is not shown.
    """
    wanted = sorted({(), *measured.tables}, key=lambda table: (len(table), table))
    names = [item.name for item in measured.variables]
    texts = [np.array(["", *item.values], object) for item in measured.variables]
    deviations, sizes = [], []
    values: list[str] = []
    columns: dict[str, list[np.ndarray]] = {"count": [], "low": [], "high": []}
    for table in wanted:
        low, high, deviation = bounds(measured, table)
        beside = any(":" in names[item] for item in table)
        cells = np.nonzero((tables[table] > 0) | (beside & (low > 0))) if table else ()
        count = np.atleast_1d(tables[table][cells])
        told = [texts[item][place] for item, place in zip(table, cells, strict=True)]
        values += ["|".join(row) for row in zip(*told, strict=True)] if table else [""]
        deviations.append(round(deviation, 3))
        sizes.append(count.size)
        for name, figures in (("count", count), ("low", low[cells]), ("high", high[cells])):
            columns[name].append(np.atleast_1d(figures))
    fields = pa.array(["|".join(names[item] for item in table) for table in wanted], pa.string())
    count, low, high = (np.concatenate(parts) for parts in columns.values())
    return pa.table(
        {
            "fields": fields.take(pa.array(np.repeat(np.arange(len(wanted)), sizes))),
            "values": pa.array(values, pa.string()),
            "count": pa.array(count, pa.int64()),
            "std": pa.array(np.repeat(deviations, sizes)),
            "low": pa.array(np.floor(np.minimum(low, count))),
            "high": pa.array(np.ceil(np.maximum(high, count))),
        }
    )
