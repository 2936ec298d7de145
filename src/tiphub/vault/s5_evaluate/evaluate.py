"""Compare the protected records with the people they stand for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from math import comb, floor, log10
from typing import Any

import numpy as np

from tiphub.errors import TiphubError
from tiphub.progress import Progress, Silent, Task
from tiphub.standard.variables import Codes, Variable, encode
from tiphub.vault.s5_evaluate.bounds import bounds_of_counts
from tiphub.vault.s5_evaluate.evaluation import Evaluation, People, Published
from tiphub.vault.s5_evaluate.utility import ORDERS, Errors, Table, accuracy, errors, tables

WORST = 20
ENOUGH_CELLS = 100
_ROWS = 100_000


def evaluate(population: People, protected: Published, *, progress: Progress | None = None) -> Evaluation:
    """Measure what protection cost, for the hub in full and for the public in what is safe.

    The **private** part has the figures by which methods are compared (see `Accuracy`; ``tvd`` is the mean
    distance of two-way tables), the errors of one-, two- and three-way counts by size at full precision, the
    errors of each column, and the cells that changed most with their count before: that gives counts of the
    unprotected records away and stays in the hub. ``compared`` says for each number of columns how many sets
    of columns there are and how many were compared.

    The **public** part has
    - the method's own ``loss`` figures, which its contract calls safe (k-anonymity rounds each share to a
      step of at least k people), and its statement's figure on homogeneity, computed from what is published;
    - how wide the 95% bounds of the published counts are, computed from these counts alone;
    - mean errors of counts, only for methods with a ``k``, only over cells of at least ``k`` people before,
      only where at least ``ENOUGH_CELLS`` cells go into the mean, and rounded to two digits. As the counts
      after are public, a mean over few cells would give single counts before away; over a hundred, two
      digits leave each of them open. This is a rule of thumb, not a proof: a method whose guarantee must
      hold for every figure (differential privacy) has to pay for its errors, and gets none of them here.

    The people are read once, a batch at a time.

    Raises:
        TiphubError: the protected records have other columns than the population.
    """
    variables = population.variables
    if tuple(protected.records.column_names) != tuple(item.name for item in variables):
        raise TiphubError("The protected records have other columns than the population.", where="evaluate")
    sizes = {"people": 0, "records": protected.records.num_rows}
    with (progress or Silent()).stage("compare counts") as task:
        people = _counted(population, sizes, task)
        compared = list(tables(people, _sliced(protected, variables), variables))
    by_order = {order: [item for item in compared if len(item.columns) == order] for order in ORDERS}
    found = [item for order in ORDERS for item in errors(by_order[order], order)]
    pairs = [table.distance for table in by_order[2]]
    return Evaluation(
        private={
            **sizes,
            "protection": _protection(protected.statement),
            "accuracy": [asdict(accuracy(by_order[order], order)) for order in ORDERS],
            "tvd": float(np.mean(pairs)) if pairs else 0.0,
            "compared": [
                {"columns": order, "sets": comb(len(variables), order), "compared": len(by_order[order])}
                for order in ORDERS
            ],
            "errors": [asdict(item) for item in found],
            "columns": _columns(by_order[1], variables),
            "worst": _worst(by_order[2], variables),
        },
        public=_public(protected, found),
    )


def _protection(statement: Mapping[str, Any]) -> Mapping[str, Any]:
    parameters = statement.get("parameters", {})
    told = {name: parameters[name] for name in ("epsilon", "delta", "k") if name in parameters}
    return {"method": statement.get("method"), **told}


def _counted(population: People, sizes: dict[str, int], task: Task) -> Iterator[Codes]:
    for batch in population.batches():
        yield batch
        sizes["people"] += len(batch)
        task.advance(len(batch))


def _sliced(protected: Published, variables: Sequence[Variable]) -> Iterator[Codes]:
    for start in range(0, protected.records.num_rows, _ROWS):
        yield encode(protected.records.slice(start, _ROWS), variables)


def _columns(compared: Sequence[Table], variables: Sequence[Variable]) -> Mapping[str, Mapping[str, float]]:
    """For each column: its known cells, a bound on those kept exact, and the mean error of its values."""
    found = {}
    for table in compared:
        real = table.known & (table.before > 0)
        before, after = table.before[real], table.after[real]
        found[variables[table.columns[0]].name] = {
            "known_before": int(before.sum()),
            "kept_exact_at_most": int(np.minimum(before, after).sum()),
            "mean_absolute": float(np.abs(before - after).mean()) if len(before) else 0.0,
        }
    return found


def _worst(compared: Sequence[Table], variables: Sequence[Variable]) -> list[dict[str, Any]]:
    """The two-way counts of people that changed most."""
    candidates = []
    for table in compared:
        off = np.abs(table.before - table.after) * (table.known & (table.before > 0))
        candidates += [
            (int(off[cell]), table, int(cell))
            for cell in np.argsort(-off, kind="stable")[:WORST]
            if off[cell]
        ]
    candidates.sort(key=lambda item: -item[0])
    return [
        {
            "columns": [variables[position].name for position in table.columns],
            "values": table.values(cell, variables),
            "before": int(table.before[cell]),
            "after": int(table.after[cell]),
        }
        for _, table, cell in candidates[:WORST]
    ]


def _public(protected: Published, found: Sequence[Errors]) -> Mapping[str, Any]:
    k = protected.statement.get("parameters", {}).get("k")
    safe = [item for item in found if k and item.at_least >= k and item.cells >= ENOUGH_CELLS]
    return {
        "method": protected.statement.get("method"),
        "loss": dict(protected.loss),
        "homogeneity": protected.statement.get("homogeneity"),
        "bounds_of_counts": [
            item | {name: two_digits(item[name]) for name in ("mean_half_width", "mean_relative_half_width")}
            for item in bounds_of_counts(protected.counts)
        ],
        "errors_of_counts": [
            {
                "columns": item.order,
                "count_at_least": item.at_least,
                "count_at_most": item.at_most,
                "mean_absolute_error": two_digits(item.mean_absolute),
                "mean_relative_error": two_digits(item.mean_relative),
                "share_vanished": two_digits(item.vanished),
            }
            for item in safe
        ],
    }


def two_digits(number: float) -> float:
    """Round to two significant digits.

    >>> two_digits(1234.5), two_digits(0.04567), two_digits(0)
    (1200.0, 0.046, 0.0)
    """
    return round(number, 1 - floor(log10(abs(number)))) if number else 0.0
