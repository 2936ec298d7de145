"""Compare the protected records with the people they stand for."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from math import floor, log10
from typing import Any

import numpy as np

from tiphub.errors import TiphubError
from tiphub.progress import Progress, Silent
from tiphub.standard.variables import Variable, encode
from tiphub.vault.s5_evaluate.evaluation import Evaluation, People, Published
from tiphub.vault.s5_evaluate.utility import Errors, Table, errors, tables

ORDERS = (1, 2, 3)
WORST = 20
ENOUGH_CELLS = 100


def evaluate(population: People, protected: Published, *, progress: Progress | None = None) -> Evaluation:
    """Measure what protection cost, for the hub in full and for the public in what is safe.

    The **private** part has the errors of one-, two- and three-way counts by size at full precision, the
    errors of each column, and the cells that changed most with their count before: that gives counts of the
    unprotected records away and stays in the hub.

    The **public** part has
    - the method's own ``loss`` figures, which its contract calls safe (k-anonymity rounds each share to a
      step of at least k people), and its statement's figure on homogeneity, computed from what is published;
    - mean errors of counts, only for methods with a ``k``, only over cells of at least ``k`` people before,
      only where at least ``ENOUGH_CELLS`` cells go into the mean, and rounded to two digits. As the counts
      after are public, a mean over few cells would give single counts before away; over a hundred, two
      digits leave each of them open. This is a rule of thumb, not a proof: a method whose guarantee must
      hold for every figure (differential privacy) has to pay for its errors, and gets none of them here.

    Raises:
        TiphubError: the protected records have other columns than the population.
    """
    variables = population.variables
    if tuple(protected.records.column_names) != tuple(item.name for item in variables):
        raise TiphubError("The protected records have other columns than the population.", where="evaluate")
    listener = progress or Silent()
    batches = list(population.batches())
    before = (
        np.asfortranarray(np.concatenate(batches)) if batches else np.empty((0, len(variables)), np.int16)
    )
    del batches
    after = encode(protected.records, variables)
    found: list[Errors] = []
    with listener.stage("compare counts", len(before) * len(ORDERS)) as task:
        for order in ORDERS:
            compared = list(tables(before, after, variables, order))
            found += errors(compared, order)
            if order == 1:
                columns = _columns(compared, variables)
            if order == 2:
                worst = _worst(compared, variables)
            task.advance(len(before))
    return Evaluation(
        private={
            "people": len(before),
            "records": len(after),
            "errors": [asdict(item) for item in found],
            "columns": columns,
            "worst": worst,
        },
        public=_public(protected, found),
    )


def _columns(compared: Sequence[Table], variables: Sequence[Variable]) -> Mapping[str, Mapping[str, float]]:
    """For each column: its known cells, a bound on those kept exact, and the mean error of its values."""
    return {
        variables[table.columns[0]].name: {
            "known_before": int(table.before.sum()),
            "kept_exact_at_most": int(np.minimum(table.before, table.after).sum()),
            "mean_absolute": float(np.abs(table.before - table.after).mean()) if len(table.before) else 0.0,
        }
        for table in compared
    }


def _worst(compared: Sequence[Table], variables: Sequence[Variable]) -> list[dict[str, Any]]:
    """The two-way counts that changed most."""
    candidates = [
        (abs(int(table.before[cell]) - int(table.after[cell])), table, int(cell))
        for table in compared
        for cell in np.argsort(-np.abs(table.before - table.after), kind="stable")[:WORST]
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
