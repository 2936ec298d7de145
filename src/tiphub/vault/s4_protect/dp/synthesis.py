"""From noisy tables to records: nothing here sees a person."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from tiphub.errors import TiphubError
from tiphub.progress import Progress
from tiphub.standard.variables import Codes
from tiphub.vault.s4_protect.dp.blocks import Matrix
from tiphub.vault.s4_protect.dp.counting import Table
from tiphub.vault.s4_protect.dp.doubt import doubt_for
from tiphub.vault.s4_protect.dp.estimate import Estimates, Shares
from tiphub.vault.s4_protect.dp.home import Home
from tiphub.vault.s4_protect.dp.logic import Derived, Forbidden, crosses_itself
from tiphub.vault.s4_protect.dp.measure import Measured
from tiphub.vault.s4_protect.dp.mixture import Fit, Mixture, Target, matrices, positive, together
from tiphub.vault.s4_protect.dp.records import draw, settle

FIRST_RATE = 0.15
LATER_RATE = 0.1
DOUBTED_UP_TO = 100_000
"""People; of more, little is invented that could be held, and holding only makes counts less exact."""
MANY_COLUMNS = 56
"""Of fewer, tables tell sooner what is to be fitted: half as many need a quarter of the steps."""
AT_ONCE = 250_000
"""Records drawn and settled together; the next ones make up for what these are off."""


@dataclass(frozen=True)
class Effort:
    """How long to fit and settle.

    ``groups`` of a mixture are fitted for so many ``steps``, then each is split into ``split``, and they are
    fitted twice more, for half and for three quarters as long. This is done ``fits`` times, each from a
    start of its own, and the mixtures are put together. Records are settled for so many ``rounds``.
    """

    groups: int
    steps: int
    rounds: int
    split: int = 1
    fits: int = 1


def effort_for(people: int, deviation: float, columns: int = MANY_COLUMNS) -> Effort:
    """What so many people are worth where counts are off by ``deviation``, as measured in ``docs/decisions``.

    The more their tables say above the noise, the more groups and steps are worth it from the start: further
    ones fit the noise. Two fits do so in ways of their own, so that less of it is left in both together.
    Settling pays where many records make the chance of drawing them outweigh the noise.
    ``columns`` are those of records whose smallest counts are held (see `Doubt`): else it takes all steps to
    find out which combinations nobody has, however few columns there are.
    """
    told, less = people / deviation, min(max(0.5, columns / MANY_COLUMNS), 1) ** 2
    groups = _between(100, round(min(people / 50, 1.5 * less * told)), 1_000)
    split = round(groups / _between(50, round(told / 4), groups))
    return Effort(
        groups=groups // split,
        steps=_between(round(250 * less**0.125), round(12 * less * told**0.5), 1_200),
        rounds=_between(0, (people - 50_000) // 150, 1_000),
        split=split,
        fits=2,
    )


def synthesise(
    measured: Measured,
    rules: Forbidden,
    *,
    derived: Sequence[Derived] = (),
    home: Home | None = None,
    doubt: bool = False,
    random: np.random.Generator,
    progress: Progress,
    effort: Effort | None = None,
) -> Iterator[Codes]:
    """Make records whose number is the noisy total and whose counts follow the noisy tables, in blocks.

    Args:
        measured: the noisy tables.
        rules: which two cells no record can have together.
        derived: variables that follow from the others in each record.
        home: the one that tells whether two countries are the same.
        doubt: whether two answers that noise alone may have put together are held below ten people.
        random: draws the records.
        progress: listens to the stages.
        effort: how long to fit; ``None`` for what the people and the noise are worth.

    Yields:
        `AT_ONCE` records or fewer, derived variables included; no block is kept.

    Raises:
        TiphubError: the noisy total is below 1: there is too little to make records of.
    """
    blocks, estimates = measured.blocks, measured.estimates
    people = round(estimates.total)
    if people < 1:
        raise TiphubError(
            "With this much noise nobody is left: there are too few people for this budget.",
            do="Hand in more records before publishing, or choose a larger epsilon.",
        )
    # The matrices are small: a second thread would mostly wait for the first, and longer beside other work.
    with threadpool_limits(1, user_api="blas"):
        whole, weight, rounds = _fitted(
            measured, rules, derived, home, doubt=doubt, random=random, progress=progress, effort=effort
        )
    wanted, had = whole.cross(), np.zeros((blocks.width, blocks.width))
    made = 0
    with progress.stage("make records", people) as task:
        for start in range(0, people, AT_ONCE):
            codes = draw(whole, min(AT_ONCE, people - start), rules, random, derived)
            made += len(codes)
            if rounds:
                goal = (wanted * made - had).astype(np.float32)
                settle(codes, blocks, goal, weight, rules, derived=derived, rounds=rounds, random=random)
                had += blocks.cross(codes)
            if home:
                home.tell(codes)
            task.advance(len(codes))
            yield codes[random.permutation(len(codes))]


def _fitted(
    measured: Measured,
    rules: Forbidden,
    derived: Sequence[Derived],
    home: Home | None,
    *,
    doubt: bool,
    random: np.random.Generator,
    progress: Progress,
    effort: Effort | None,
) -> tuple[Mixture, Matrix, int]:
    """A mixture, how much each of its two-way counts weighs when records settle, and for how many rounds."""
    blocks, estimates = measured.blocks, measured.estimates
    one_way: dict[Table, Shares] = {
        (item,): estimates.table((item,)) for item in range(len(blocks.cardinalities))
    }
    told = [table for table in measured.tables if _independent(table, derived, home)]
    two_way: dict[Table, Shares] = {table: estimates.table(table) for table in told if len(table) == 2}
    three_way: dict[Table, Shares] = {table: estimates.table(table) for table in told if len(table) == 3}
    _apply(rules, measured, two_way)
    if home:
        _tell_as_shown(home, estimates, one_way | two_way | three_way)
    deviations = {table: estimates.deviation(table) for table in (*one_way, *two_way, *three_way)}
    people = round(estimates.total)
    typical = float(np.median([deviations[table] for table in two_way or one_way]))
    held = doubt and people <= DOUBTED_UP_TO
    effort = effort or effort_for(people, typical, len(one_way) if held else MANY_COLUMNS)
    doubted = doubt_for(typical) if held else None
    start = {item: positive(table, people) for (item, *_), table in one_way.items()}
    pairs = Target(people, one_way | two_way, deviations)
    every = Target(people, one_way | two_way | three_way, deviations)
    middle, last = effort.steps // 2, effort.steps * 3 // 4
    mixtures = []
    with progress.stage("fit tables", effort.fits * (effort.steps + middle + last)) as task:
        for _ in range(effort.fits):
            fit = Fit(
                blocks, start, groups=effort.groups, random=random, rules=rules, derived=derived, home=home
            )
            fit.run(pairs, steps=effort.steps, rate=FIRST_RATE, advance=task.advance)
            fit.split(effort.split)
            fit.run(pairs, steps=middle, rate=LATER_RATE, advance=task.advance)
            fit.run(every, steps=last, rate=LATER_RATE, doubt=doubted, advance=task.advance)
            mixtures.append(fit.mixture())
    _, weight = matrices(blocks, every)
    if home:
        own = blocks.slices[home.place]
        weight[own] = weight[:, own] = 0
    return together(mixtures), weight, effort.rounds


def _independent(table: Table, derived: Sequence[Derived], home: Home | None) -> bool:
    """Whether groups can be fitted to a table: the two countries depend on each other within a group."""
    if home and len(table) > 2 and set(home.variables) <= set(table):
        return False
    return not crosses_itself(table, (*derived, *((home,) if home else ())))


def _tell_as_shown(home: Home, estimates: Estimates, tables: dict[Table, Shares]) -> None:
    """Who is at home was counted before rare countries were merged: take away whom records cannot tell of.

    What is shown of the two countries says how many these are; they are taken from all people alike.
    """
    pairs, own = estimates.table(tuple(sorted(home.variables))), estimates.table((home.place,))
    told = home.told if home.citizenship < home.country else home.told.T
    kept = [float(np.clip(pairs[told == code].sum() / max(own[code], 1), 0, 1)) for code in range(len(own))]
    for table, estimate in tables.items():
        if home.place in table:
            for code in range(1, len(own)):
                estimate[..., 0] += (1 - kept[code]) * estimate[..., code]
                estimate[..., code] *= kept[code]


def _between(least: int, wanted: int, most: int) -> int:
    return min(max(least, wanted), most)


def _apply(rules: Forbidden, measured: Measured, two_way: dict[Table, Shares]) -> None:
    for table, estimate in two_way.items():
        first, second = (measured.blocks.slices[item] for item in table)
        estimate[rules[first, second]] = 0
