"""All that looks at people: what it counts, and the noise added before anybody else sees a number."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from tiphub.progress import Progress
from tiphub.standard.variables import Codes, Variable
from tiphub.vault.s4_protect.dp.accounting import scale_for
from tiphub.vault.s4_protect.dp.blocks import Blocks, pairs
from tiphub.vault.s4_protect.dp.counting import Table, count_tables
from tiphub.vault.s4_protect.dp.domains import Place, Regrouping, is_large, kept, recode, regroup
from tiphub.vault.s4_protect.dp.estimate import Estimates, Measurement, Shares, combine
from tiphub.vault.s4_protect.dp.logic import Derived, Follows
from tiphub.vault.s4_protect.dp.noise import Noise, add_to_all
from tiphub.vault.s4_protect.dp.workload import (
    PAIRS,
    REGROUP,
    SINGLES,
    TRIPLES,
    allocate,
    choose_triples,
    singles,
    tables_of,
)

Batches = Callable[[], Iterable[Codes]]


@dataclass(frozen=True)
class Measured:
    """What the noisy tables say; nothing in here needs protecting any more."""

    regroupings: tuple[Regrouping, ...]
    blocks: Blocks
    estimates: Estimates
    tables: tuple[Table, ...]

    @property
    def variables(self) -> tuple[Variable, ...]:
        """The variables as they are shown."""
        return tuple(item.variable for item in self.regroupings)


def measure(
    batches: Batches,
    variables: Sequence[Variable],
    *,
    rho: Fraction,
    noise: Noise,
    into: Place,
    progress: Progress,
    derived: Sequence[Derived | Follows] = (),
    wanted: Iterable[Iterable[str]] = (),
) -> Measured:
    """Spend ``rho`` on noisy tables, in three passes over the people.

    First the large variables, to see which values are too rare to be shown; then all one- and two-way
    tables; then three-way tables: the ``wanted`` sets of columns, and others chosen by the noisy two-way
    tables (or the two-way ones again, where there are too few people for any). Each table is one discrete
    Gaussian mechanism on a vector of counts that one person changes by 1 in one cell; their losses add up to
    ``rho``.
    ``derived`` variables are measured as any other, but in no three-way table with what they follow from.
    """
    passes = _Passes(batches, noise, progress)
    large: list[Table] = [(position,) for position, item in enumerate(variables) if is_large(item)]
    full = [item.cardinality for item in variables]
    budget = rho
    regroupings = [kept(item) for item in variables]
    if large:
        shares: dict[Table, Fraction] = {table: rho * REGROUP / len(large) for table in large}
        for rare in passes.run("count rare values", shares, full, regroupings):
            position = rare.table[0]
            regroupings[position] = regroup(variables[position], rare.counts, rare.scale, into=into)
        budget -= sum(shares.values())
    cardinalities = tuple(item.variable.cardinality for item in regroupings)
    blocks = Blocks(cardinalities)
    ones, twos = singles(len(variables)), list(pairs(len(variables)))
    kinds = {"ones": SINGLES, "twos": PAIRS if twos else 0, "threes": TRIPLES if len(variables) > 2 else 0}
    part = {kind: budget * share / sum(kinds.values()) for kind, share in kinds.items()}
    shares = allocate(ones, cardinalities, part["ones"]) | allocate(twos, cardinalities, part["twos"])
    found = passes.run("count one- and two-way tables", shares, cardinalities, regroupings)
    estimates = combine(found, cardinalities)
    if part["threes"]:
        triples = choose_triples(
            _cross(estimates, blocks),
            blocks.slices,
            cardinalities,
            people=estimates.total,
            derived=derived,
            wanted=tables_of(wanted, variables),
        )
        shares = allocate(triples or twos, cardinalities, part["threes"])
        stage = "count three-way tables" if triples else "count two-way tables again"
        found += passes.run(stage, shares, cardinalities, regroupings)
        estimates = combine(found, cardinalities)
    return Measured(tuple(regroupings), blocks, estimates, tuple(dict.fromkeys(item.table for item in found)))


@dataclass(frozen=True)
class _Passes:
    batches: Batches
    noise: Noise
    progress: Progress

    def run(
        self,
        stage: str,
        shares: dict[Table, Fraction],
        cardinalities: Sequence[int],
        regroupings: Sequence[Regrouping],
    ) -> list[Measurement]:
        recoded = (recode(batch, regroupings) for batch in self.batches())
        with self.progress.stage(stage) as task:
            counts = count_tables(recoded, cardinalities, list(shares), task.advance)
        with self.progress.stage(f"{stage}: noise", len(shares)) as task:
            scales = [scale_for(share) for share in shares.values()]
            noisy = add_to_all(self.noise, [counts[table] for table in shares], scales, task.advance)
        return list(map(Measurement, shares, noisy, scales))


def _cross(estimates: Estimates, blocks: Blocks) -> Shares:
    out = np.zeros((blocks.width, blocks.width))
    people = max(estimates.total, 1.0)
    for table in pairs(len(blocks.cardinalities)):
        first, second = (blocks.slices[item] for item in table)
        out[first, second] = np.maximum(estimates.table(table), 0) / people
    return out
