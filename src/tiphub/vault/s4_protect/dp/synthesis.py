"""From noisy tables to records: nothing here sees a person."""

from dataclasses import dataclass

import numpy as np

from tiphub.errors import TiphubError
from tiphub.progress import Progress
from tiphub.standard.variables import Codes
from tiphub.vault.s4_protect.dp.blocks import pairs
from tiphub.vault.s4_protect.dp.counting import Table
from tiphub.vault.s4_protect.dp.estimate import Shares
from tiphub.vault.s4_protect.dp.logic import Forbidden
from tiphub.vault.s4_protect.dp.measure import Measured
from tiphub.vault.s4_protect.dp.mixture import Fit, Target, matrices, positive
from tiphub.vault.s4_protect.dp.records import draw, settle

GROUPS = 1_000
FEWEST_GROUPS = 100
PEOPLE_A_GROUP = 20
"""More groups than this would fit the noise, and take longer."""
FIRST_STEPS = 800
FIRST_RATE = 0.15
SECOND_STEPS = 400
SECOND_RATE = 0.1
ROUNDS = 400


@dataclass(frozen=True)
class Effort:
    """How long to fit; the defaults are those measured in ``docs/decisions``."""

    groups: int = GROUPS
    first_steps: int = FIRST_STEPS
    second_steps: int = SECOND_STEPS
    rounds: int = ROUNDS


def synthesise(
    measured: Measured,
    rules: Forbidden,
    *,
    random: np.random.Generator,
    progress: Progress,
    effort: Effort | None = None,
) -> Codes:
    """Make records whose number is the noisy total and whose counts follow the noisy tables.

    Raises:
        TiphubError: the noisy total is below 1: there is too little to make records of.
    """
    effort = effort or Effort()
    blocks, estimates = measured.blocks, measured.estimates
    people = round(estimates.total)
    if people < 1:
        raise TiphubError(
            "With this much noise nobody is left: there are too few people for this budget.",
            do="Hand in more records before publishing, or choose a larger epsilon.",
        )
    variables = range(len(blocks.cardinalities))
    one_way: dict[Table, Shares] = {(item,): estimates.table((item,)) for item in variables}
    two_way: dict[Table, Shares] = {table: estimates.table(table) for table in pairs(len(variables))}
    three_way: dict[Table, Shares] = {
        table: estimates.table(table) for table in measured.tables if len(table) == 3
    }
    _apply(rules, measured, two_way)
    deviations = {table: estimates.deviation(table) for table in (*one_way, *two_way, *three_way)}
    fit = Fit(
        blocks,
        {item: positive(table, people) for (item, *_), table in one_way.items()},
        groups=min(effort.groups, max(FEWEST_GROUPS, people // PEOPLE_A_GROUP)),
        random=random,
    )
    with progress.stage("fit two-way tables", effort.first_steps) as task:
        target = Target(people, one_way | two_way, deviations)
        fit.run(target, steps=effort.first_steps, rate=FIRST_RATE, advance=task.advance)
    if three_way:
        with progress.stage("fit three-way tables", effort.second_steps) as task:
            target = Target(people, target.tables | three_way, deviations)
            fit.run(target, steps=effort.second_steps, rate=SECOND_RATE, advance=task.advance)
    mixture = fit.mixture()
    codes = draw(mixture, people, rules, random)
    with progress.stage("settle records", effort.rounds) as task:
        _, weight = matrices(blocks, target)
        codes = settle(
            codes, mixture, weight, rules, rounds=effort.rounds, random=random, advance=task.advance
        )
    return codes[random.permutation(len(codes))]


def _apply(rules: Forbidden, measured: Measured, two_way: dict[Table, Shares]) -> None:
    for table, estimate in two_way.items():
        first, second = (measured.blocks.slices[item] for item in table)
        estimate[rules[first, second]] = 0
