"""The noisy tables of models that the hub declared: counted as people, published with every cell."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tiphub.engine import DuckDBEngine
from tiphub.errors import TiphubError
from tiphub.progress import Progress
from tiphub.release import ModelTables
from tiphub.release.model_tables import MODEL_TABLES, cells_of
from tiphub.release.schema import is_flag, is_integer
from tiphub.standard import Standard
from tiphub.standard.variables import Codes, Variable, decode
from tiphub.vault.s4_protect.dp.accounting import scale_for
from tiphub.vault.s4_protect.dp.noise import Counts, Noise

if TYPE_CHECKING:
    from tiphub.evidence.models import DeclaredModel
    from tiphub.evidence.models.declared import Pair


@dataclass(frozen=True, kw_only=True)
class Promised:
    """The models that a release has to support, and what part of its budget their tables may spend.

    Raises:
        TiphubError: ``share`` is not between 0 and 1, or models have no share or a share no models.
    """

    models: "tuple[DeclaredModel, ...]" = ()
    share: Fraction = Fraction(0)

    def __post_init__(self) -> None:
        if bool(self.models) != (self.share > 0) or self.share >= 1:
            raise TiphubError(
                f"Declared models cannot have {float(self.share):.0%} of the budget.",
                where="privacy.models_share in hub.yml",
                do="Choose a share above 0 and below 1; 0.1 is the default.",
            )

    def split(self, rho: Fraction) -> tuple[Fraction, Fraction]:
        """What is left for everything else, and what the models' tables spend; together exactly ``rho``.

        >>> Promised().split(Fraction(1, 4))
        (Fraction(1, 4), Fraction(0, 1))
        """
        own = rho * self.share
        return rho - own, own


@dataclass(frozen=True)
class Measured:
    """The models' noisy tables as they are published, and what the statement of protection says of them."""

    tables: ModelTables | None
    said: Mapping[str, Any]


def measure_models(
    batches: Callable[[], Iterable[Codes]],
    variables: Sequence[Variable],
    models: Sequence["DeclaredModel"],
    *,
    rho: Fraction,
    noise: Noise,
    standard: Standard,
    progress: Progress,
) -> Measured:
    """Spend ``rho`` on the two-way tables of the models, in one pass over the people.

    Each model has an equal part, and each of its tables an equal part of that. A table is one discrete
    Gaussian mechanism on a vector of counts that one person changes by 1 in one cell, or not at all; the
    losses add up to ``rho``.
    """
    if not models:
        return Measured(None, {})
    exact = _counted(batches(), variables, models, standard, progress)
    counts, stds, told = [], [], []
    for model, tables in zip(models, exact, strict=True):
        scale = scale_for(rho / len(models) / len(tables))
        counts += [noise.add(table, scale=scale).ravel() for table in tables.values()]
        stds += [np.full(table.size, round(scale, 6)) for table in tables.values()]
        told.append({"model": model.words, "tables": len(tables), "std": round(scale, 6)})
    declared = tuple(model.as_json() for model in models)
    columns = [*zip(*cells_of(declared), strict=True), np.concatenate(counts), np.concatenate(stds)]
    table = pa.table(dict(zip(MODEL_TABLES.names, columns, strict=True)), schema=MODEL_TABLES)
    return Measured(ModelTables(declared, table), {"declared_models": {"rho": str(rho), "models": told}})


def _counted(
    batches: Iterable[Codes],
    variables: Sequence[Variable],
    models: Sequence["DeclaredModel"],
    standard: Standard,
    progress: Progress,
) -> "list[dict[Pair, Counts]]":
    """The exact tables: sums over the batches, by the models' own definitions of outcome and covariates."""
    found = [
        {pair: np.zeros(model.shape.shape(pair), np.int64) for pair in model.shape.pairs} for model in models
    ]
    carried = [item.name for item in variables]
    needed = {name for model in models for name in model.columns(carried, standard)}
    places = [place for place, item in enumerate(variables) if item.name in needed]
    own = [variables[place] for place in places]
    with DuckDBEngine() as engine, progress.stage("count the tables of declared models") as task:
        for batch in batches:
            people = engine.register("people", _typed(batch[:, places], own))
            for model, tables in zip(models, found, strict=True):
                for pair, counts in model.count(people, standard).items():
                    tables[pair] += np.rint(counts).astype(np.int64)
            task.advance(len(batch))
    return found


def _typed(codes: Codes, variables: Sequence[Variable]) -> pa.Table:
    """Codes as columns in the standard: flags boolean, numbers numbers, null unknown."""
    columns = {}
    for item, cells in zip(variables, decode(codes, variables).columns, strict=True):
        if is_flag(item):
            columns[item.name] = pc.equal(cells, "yes")
        else:
            columns[item.name] = cells.cast(pa.int32()) if is_integer(item) else cells
    return pa.table(columns)
