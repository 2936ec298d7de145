"""A rehearsal of a release that leaves some people out, to see what attacks tell of those who are in."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from tiphub.amount import amount
from tiphub.errors import TiphubError
from tiphub.progress import Progress, Silent
from tiphub.standard.variables import Codes, encode
from tiphub.vault.s5_evaluate.attacks import CONFIDENCE, Attack, attack
from tiphub.vault.s5_evaluate.evaluation import People, Published

HELD_BACK = 0.2
"""Share of people held back as the control."""
FEWEST = 200
"""With fewer people in the control an interval says nothing."""

MOST = 250_000
"""Of more people a sample is rehearsed: attacks find no less, since the noise does not shrink with them."""

Batches = Callable[[], Iterator[Codes]]


def rehearse(
    population: People,
    protect: Callable[[Batches], Published],
    *,
    random: np.random.Generator | None = None,
    progress: Progress | None = None,
) -> Mapping[str, Any]:
    """Protect four people in five as a release would, and attack the result.

    A control that was never in the data is what tells a leak from a pattern: everybody's release has no such
    people, so a rehearsal is made for them. Its records are attacked and thrown away. All figures here come
    straight from people: they stay in the hub, and nothing of them is budgeted for the public.

    Args:
        population: the people of the release.
        protect: makes a release of some of them, with the release's method and parameters.
        random: draws the control and the targets; fresh if not given.
        progress: listens.

    Returns:
        ``attacks`` (each on people and on control, with intervals that hold together with 95% confidence),
        ``vault`` (how many people there are), ``people``, ``control``, ``confidence``; plain data.

    Raises:
        TiphubError: there are too few people for a control.
    """
    random = random or np.random.default_rng()
    everybody = _everybody(population, random)
    held = round(len(everybody) * HELD_BACK)
    if held < FEWEST:
        few = amount(len(everybody), "person is", "people are")
        raise TiphubError(
            f"{few} too few to rehearse an attack: the control would be too small.",
            do=f"Rehearse with {int(FEWEST / HELD_BACK):,} people or more.",
        )
    order = random.permutation(len(everybody))
    control, people = everybody[order[:held]], everybody[order[held:]]
    made = protect(lambda: iter([people]))
    with (progress or Silent()).stage("attack a rehearsal", 1) as task:
        records = encode(made.records, population.variables)
        names = [item.name for item in population.variables]
        found = attack(records, people, control, names, random=random)
        task.advance(1)
    return {
        "vault": sum(map(len, population.batches())),
        "people": len(people),
        "control": len(control),
        "confidence": CONFIDENCE,
        "attacks": [_plain(item) for item in found],
    }


def _plain(item: Attack) -> dict[str, Any]:
    return asdict(item) | {"beyond": list(item.beyond), "succeeds": item.succeeds}


def _everybody(population: People, random: np.random.Generator) -> Codes:
    """All people, or a sample of `MOST`, about."""
    share = MOST / max(sum(map(len, population.batches())), 1)
    nobody = np.empty((0, len(population.variables)), np.int16)
    drawn = (batch[random.random(len(batch)) < share] for batch in population.batches())
    return np.concatenate([nobody, *drawn])
