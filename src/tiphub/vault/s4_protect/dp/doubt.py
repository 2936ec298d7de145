"""Which combinations of two answers noise alone may have made, and how few people they are held at.

Most combinations of two answers hold nobody, and noise fills some of them. Where a fit of the noisy tables
cannot tell a count from none, it is held below ten people: some, for the answers may well go together, but
too few to mislead. Only noisy tables come in here: this is post-processing.
"""

from dataclasses import dataclass

import numpy as np

from tiphub.vault.s4_protect.dp.blocks import Matrix
from tiphub.vault.s4_protect.dp.estimate import Shares

ALWAYS = 15.0
"""Fewer people than this are in doubt, however little noise there is."""
MUCH = 80.0
"""People by which noise has counts off, from which on a fit is told to hold less and more firmly."""


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """What is held back, in standard deviations of a count's noise, and how.

    In doubt is what was fitted as fewer than ``fitted``, and what was counted with noise as fewer than
    ``counted`` unless it was fitted as more than ``unless``. It is held between ``least`` and ``most``
    people, which weighs ``weight`` times what the best known count does.
    """

    fitted: float
    counted: float
    unless: float
    least: float
    most: float
    weight: float

    def hold(self, goal: Matrix, weight: Matrix, shares: Shares, people: float) -> None:
        """Change what a fit aims at.

        Args:
            goal: width x width, shares as counted with noise; changed in place.
            weight: width x width, 1 / variance of the noise in people, 0 where nothing was counted; changed
                in place.
            shares: width x width, as fitted before.
            people: how many there are.
        """
        known = weight > 0
        noise = 1 / np.sqrt(np.where(known, weight, np.inf))
        before = shares * people
        few = before < np.maximum(self.fitted * noise, ALWAYS)
        denied = (goal * people < self.counted * noise) & (before < self.unless * noise)
        doubted = known & (few | denied)
        np.fill_diagonal(doubted, False)
        goal[doubted] = np.clip(before[doubted], self.least, self.most) / people
        weight[doubted] = self.weight * weight.max()


def doubt_for(deviation: float) -> Doubt:
    """What to hold where counts are off by ``deviation``, as measured in ``docs/decisions``.

    Under much noise nearly every count would be in doubt: only those below none are then, and are held nearer
    to ten, so that fewer of those that are there go missing.
    """
    if deviation < MUCH:
        return Doubt(fitted=1.2, counted=0.8, unless=3, least=0, most=5, weight=100)
    return Doubt(fitted=0.9, counted=0, unless=1.5, least=4, most=7, weight=200)
