"""What recoding cost, in figures that are safe to publish."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from tiphub.standard.variables import Codes
from tiphub.vault.s4_protect.k_anonymity.hierarchy import Hierarchies
from tiphub.vault.s4_protect.k_anonymity.recode import DROPPED, Ints, Recoding

COARSEST = 0.1
"""A share rounded to more than this would mislead."""
STEPS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)


def rounding_step(people: int, k: int) -> float:
    """The finest step of a share that stands for at least ``k`` people, so that no small number shows in it.

    >>> rounding_step(60_000, 11), rounding_step(300, 11)
    (0.001, 0.05)
    """
    return next((step for step in STEPS if step * people >= k), 1.0)


def loss_report(
    combinations: Codes, people: Ints, hierarchies: Hierarchies, recoding: Recoding, k: int
) -> Mapping[str, Any]:
    """Shares of records and cells that were kept, beside what suppressing whole records would have lost.

    For each quasi-identifier, of the cells that were known: the share kept exact, generalised, suppressed
    (those of dropped records counted in), and the share of their information that was lost
    (see ``Ladder.lost``). All shares are rounded to ``rounded_to``, a step of at least ``k`` people; where
    that step would say nothing any more, they are not told.
    """
    total = int(people.sum())
    step = rounding_step(total, k)

    def share(part: float, whole: float) -> float | None:
        return round(round(part / whole / step) * step, 4) if whole and step <= COARSEST else None

    kept = recoding.output != DROPPED
    before = combinations[recoding.combination]
    after = hierarchies.codes(np.where(kept, recoding.output, 0))
    cells: dict[str, Any] = {}
    lost_cells = known_cells = 0.0
    for position, item in enumerate(hierarchies.ladders):
        true, shown = before[:, position], after[:, position]
        known = int(recoding.people[true > 0].sum())
        exact = int(recoding.people[(true > 0) & (shown == true)].sum())
        gone = int(recoding.people[(true > 0) & (shown == 0)].sum())
        steps = (item.up[:, true] == shown).argmax(axis=0)
        lost = float(item.lost[steps, true] @ recoding.people)
        cells[item.variable.name] = {
            "exact": share(exact, known),
            "generalised": share(known - exact - gone, known),
            "suppressed": share(gone, known),
            "information_lost": share(lost, known),
        }
        lost_cells, known_cells = lost_cells + lost, known_cells + known
    return {
        "records_kept": share(int(recoding.people[kept].sum()), total),
        "records_kept_by_plain_suppression": share(int(people[people >= k].sum()), total),
        "information_lost": share(lost_cells, known_cells),
        "cells": cells,
        "rounded_to": step,
    }
