"""The door: overlaps in, several estimates side by side out."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np

from tiphub.errors import TiphubError
from tiphub.evidence.prevalence.averaged import averaged
from tiphub.evidence.prevalence.existence import obstacle
from tiphub.evidence.prevalence.loglinear import chosen_pairs, given_pairs
from tiphub.evidence.prevalence.model import Estimate, NoEstimate, Prevalence, Refusal
from tiphub.evidence.prevalence.overlaps import Bools, OverlapNoise, Overlaps
from tiphub.evidence.prevalence.selection import by_aic, by_bic, by_p
from tiphub.evidence.prevalence.system import System
from tiphub.evidence.prevalence.words import disagreement
from tiphub.progress import Progress, Silent

LABELS: Mapping[str, str] = MappingProxyType(
    {
        "independence": "independence",
        "aic": "stepwise AIC",
        "bic": "stepwise BIC",
        "p": "stepwise p-value",
        "dga": "graph averaging",
        "all-pairs": "all pairs",
        "pairs": "named pairs",
    }
)
"""Every model by its short name, and its name for readers."""

DEFAULT = ("independence", "aic", "bic", "p", "dga")
"""The models that are shown when none is asked for."""

ASSUMED = (
    "Every model assumes that nobody joined or left the population while the lists were kept, that the same "
    "person was recognised on every list, and that no dependence among all lists at once hides people."
)

MOST_NOISE = 1_000
"""Noise on a count beyond which the sums over what the true one may be take too long."""
FURTHEST = 8
"""Deviations of noise that a count may be below nobody: beyond, the noise was said too small."""

_DRAWN = ("aic", "bic", "p")


def estimate(
    overlaps: Overlaps,
    *,
    noise: OverlapNoise | None = None,
    models: Sequence[str] = DEFAULT,
    pairs: Sequence[str] = (),
    seed: int = 1,
    replicates: int = 500,
    progress: Progress | None = None,
) -> Prevalence:
    """Estimate how many people no list has seen, by several models.

    Args:
        overlaps: People by the exact combination of lists, from a file or from the gate of a hub.
        noise: The discrete Gaussian noise that the gate added to every combination's count. The likelihood
            then sums over the true counts, so that every interval counts the noise in.
        models: Short names out of ``LABELS``.
        pairs: Pairs of lists ("A+B") that depend in the model "pairs", which is added when any are named.
        seed: Where the random numbers begin; the same seed gives the same intervals.
        replicates: Draws of each bootstrap, and of the posterior under noise.
        progress: Who is told how far the draws are.

    Raises:
        TiphubError: an unknown model or pair, noise of no size, or a total that these lists cannot tell.
    """
    wanted = tuple(dict.fromkeys([*models, *(["pairs"] if pairs else [])]))
    _check(overlaps, wanted, replicates, seed)
    _check_noise(overlaps, noise)
    _check_identified(System(overlaps, noise, seed, replicates, lambda _: None))
    listener = progress or Silent()
    found: list[Estimate] = []
    refused: list[Refusal] = []
    for name in wanted:
        drawn = name in _DRAWN or (name == "dga" and noise is not None)
        with listener.stage(LABELS[name], replicates if drawn else 1) as task:
            system = System(overlaps, noise, seed, replicates, task.advance)
            try:
                found.append(_run(system, name, pairs))
            except NoEstimate as reason:
                refused.append(Refusal(name, LABELS[name], str(reason)))
            if not drawn:
                task.advance(1)
    sentence = disagreement(found)
    return Prevalence(overlaps, noise, tuple(found), tuple(refused), sentence, _notes(overlaps, noise))


def _run(system: System, name: str, pairs: Sequence[str]) -> Estimate:
    label = LABELS[name]
    none = np.zeros(len(system.design.pairs), dtype=bool)
    fixed: Mapping[str, Callable[[], Estimate]] = {
        "independence": lambda: given_pairs(system, none, name, label),
        "all-pairs": lambda: given_pairs(system, ~none, name, label),
        "pairs": lambda: given_pairs(system, _named(system, pairs), name, label),
        "dga": lambda: averaged(system, name, label),
    }
    if name in fixed:
        return fixed[name]()
    if len(system.overlaps.lists) < 3:
        raise NoEstimate("with two lists no dependence can be estimated")
    if name == "p" and system.noise is not None:
        raise NoEstimate("its rule compares true counts with what is expected, and these carry noise")
    return chosen_pairs(system, {"aic": by_aic, "bic": by_bic, "p": by_p}[name], name, label)


def _named(system: System, pairs: Sequence[str]) -> Bools:
    known = {frozenset(system.pair(place).split("+")): place for place in range(len(system.design.pairs))}
    model = np.zeros(len(known), dtype=bool)
    for pair in pairs:
        place = known.get(frozenset(pair.split("+")))
        if place is None:
            do = f"Join two of {', '.join(system.overlaps.lists)} by '+'."
            raise TiphubError(f"{pair} is no pair of these lists.", where=system.overlaps.name, do=do)
        model[place] = True
    return model


def _check(overlaps: Overlaps, models: Sequence[str], replicates: int, seed: int) -> None:
    unknown = [name for name in models if name not in LABELS]
    if unknown:
        do = f"Choose from {', '.join(name for name in LABELS if name != 'pairs')}."
        raise TiphubError(f"There is no model {unknown[0]}.", do=do)
    if not models:
        raise TiphubError("No model was asked for.", do=f"Name one, such as {DEFAULT[0]}.")
    if replicates < 20:
        raise TiphubError(f"{replicates} draws make no interval.", do="Take 20 at least, better 500.")
    if seed < 0:
        raise TiphubError(f"Random numbers cannot begin at {seed}.", do="Take a seed of 0 or more.")
    if len(overlaps.counts) != 2 ** len(overlaps.lists) - 1:
        what = f"{len(overlaps.counts)} counts do not go with {len(overlaps.lists)} lists."
        raise TiphubError(what, where=overlaps.name, do="Give one count for each combination of lists.")


def _check_noise(overlaps: Overlaps, noise: OverlapNoise | None) -> None:
    least, most = min(overlaps.counts), max(overlaps.counts)
    if noise is None:
        if least < 0:
            what = "A count is negative, so the counts carry noise."
            raise TiphubError(what, where=overlaps.name, do="Say how large the noise is.")
        return
    if not 0 < noise.std < np.inf:
        raise TiphubError(f"Noise of size {noise.std} is none.", do="Leave the noise out if there is none.")
    do = "Check how large the noise is: --noise is its standard deviation, in people."
    if noise.std > min(max(most, 1), MOST_NOISE):
        beside = f"beside a largest count of {most:,}" if noise.std > most else "and cannot be reckoned with"
        what = f"Noise of {noise.std:,.10g} people tells nothing {beside}."
        raise TiphubError(what, where=overlaps.name, do=do)
    if least < -FURTHEST * noise.std:
        what = f"A count is {least:,}: noise of {noise.std:g} people does not make that of nobody."
        raise TiphubError(what, where=overlaps.name, do=do)


def _check_identified(system: System) -> None:
    """Refuse when no pair that shares people can be let depend: nothing can be checked then."""
    observed, design = system.observed, system.design
    if not observed.exact or len(system.overlaps.lists) < 3:
        return
    sharing = np.flatnonzero(~design.empty(observed.counts))
    reasons = [obstacle(design, observed.counts, np.arange(len(design.pairs)) == place) for place in sharing]
    if not all(reasons):
        return
    every = obstacle(design, observed.counts, np.ones(len(design.pairs), dtype=bool))
    names = ", ".join(system.pair(int(place)) for place in sharing)
    shared = f"Only {names} shares people, and with a term for it"
    if len(sharing) > 1:
        first, _, last = names.rpartition(", ")
        shared = f"The pairs {first} and {last} share people, and with a term for any one of them"
    what = f"The total cannot be told from these lists. {shared} {_joined(reasons)}. " + (
        f"With a term for every pair {every}. " if every else ""
    )
    do = (
        "Any total would rest on these lists being independent, which nothing here can check: "
        "add a list that overlaps with them."
    )
    raise TiphubError(what.strip(), where=system.overlaps.name, do=do)


def _joined(reasons: Sequence[str]) -> str:
    return "; or ".join(dict.fromkeys(reasons))


def _notes(overlaps: Overlaps, noise: OverlapNoise | None) -> tuple[str, ...]:
    notes = [ASSUMED]
    if overlaps.published:
        low, high = overlaps.published
        notes.append(f"Published range, for comparison: {low:,.0f} to {high:,.0f}.")
    if noise is not None:
        notes.append(
            f"Every count carries privacy noise with a standard deviation of {noise.std:g}; "
            "the intervals count it in."
        )
    return tuple(notes)
