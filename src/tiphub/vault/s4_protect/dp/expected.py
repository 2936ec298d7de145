"""How large the noise will be, known before anybody is counted."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations

import numpy as np

from tiphub.standard import Variable
from tiphub.vault.s4_protect.dp.accounting import scale_for
from tiphub.vault.s4_protect.dp.estimate import expected_deviations
from tiphub.vault.s4_protect.dp.workload import PAIRS, REGROUP, SINGLES, TRIPLES, allocate, singles

ONE, TWO = "one column", "two columns"


def expected_std(variables: Sequence[Variable], rho: Fraction) -> Mapping[str, float]:
    """The standard deviation of a count by one and by two columns, at most, as a mean over the tables.

    It is what the measured tables of the method would give over the whole public domains. Rare values are
    merged before the tables are measured, and three-way tables say something of two-way ones too: the noise
    of a release is smaller.
    """
    cardinalities = [item.cardinality for item in variables]
    ones, twos = singles(len(variables)), list(combinations(range(len(variables)), 2))
    budget = rho * (1 - REGROUP) / (SINGLES + PAIRS + TRIPLES)
    shares = allocate(ones, cardinalities, budget * SINGLES) | allocate(twos, cardinalities, budget * PAIRS)
    estimates = expected_deviations(
        ((table, scale_for(share)) for table, share in shares.items()), cardinalities
    )
    kinds = {ONE: ones, TWO: twos}
    return {
        kind: float(np.mean([estimates.deviation(table) for table in tables]))
        for kind, tables in kinds.items()
        if tables
    }
