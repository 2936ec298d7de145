"""How large the noise will be, known before anybody is counted."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations

import numpy as np

from tiphub.standard import Variable
from tiphub.vault.s4_protect.dp.accounting import scale_for
from tiphub.vault.s4_protect.dp.counting import Table
from tiphub.vault.s4_protect.dp.domains import LARGE
from tiphub.vault.s4_protect.dp.estimate import expected_deviations
from tiphub.vault.s4_protect.dp.workload import PAIRS, REGROUP, SINGLES, TRIPLES, allocate, singles

ONE, TWO = "one column", "two columns"


def expected_std(variables: Sequence[Variable], rho: Fraction) -> Mapping[str, float]:
    """The standard deviation of a count by one and by two columns, about: the mean over the tables.

    It is what the method's one- and two-way tables together say of each. How many values of a large variable
    (countries) are merged as too rare depends on the people, so that `LARGE` of them are taken to remain; and
    three-way tables, which say something of the others too, are left out.
    """
    cardinalities = [min(item.cardinality, LARGE + 1) for item in variables]
    ones, twos = singles(len(variables)), list(combinations(range(len(variables)), 2))
    budget = rho * (1 - REGROUP) / (SINGLES + PAIRS + TRIPLES)
    shares = allocate(ones, cardinalities, budget * SINGLES) | allocate(twos, cardinalities, budget * PAIRS)
    estimates = expected_deviations(
        ((table, scale_for(share)) for table, share in shares.items()), cardinalities
    )
    kinds: dict[str, Sequence[Table]] = {ONE: ones, TWO: twos}
    return {
        kind: float(np.mean([estimates.deviation(table) for table in tables]))
        for kind, tables in kinds.items()
        if tables
    }
