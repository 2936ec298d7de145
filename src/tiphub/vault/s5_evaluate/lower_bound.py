"""How much privacy a mechanism loses at least, as somebody who attacks it finds out."""

import numpy as np
import numpy.typing as npt
from scipy.stats import beta

Scores = npt.NDArray[np.float64]

_ORDERS = np.concatenate([[1.0], 1 + np.geomspace(0.01, 30, 60)])


def rho_at_least(present: Scores, absent: Scores, *, confidence: float = 0.999) -> float:
    """A lower bound on the rho of a mechanism, from an attacker's scores of its outputs.

    The first half of the scores chooses the threshold above which the attacker says "they are in"; the other
    half says how often that is right and how often wrong, each within Clopper-Pearson bounds. Under rho-zCDP
    the Rényi divergence of order a between these two chances is at most a rho (data processing: van Erven
    and Harremoës 2014, theorem 9), for every a, so that the chances bound rho from below. Nothing is assumed
    of the mechanism or of the attack; a weak attack only gives a low bound. For a Gaussian mechanism and the
    likelihood ratio it reaches about 0.6 rho.

    Args:
        present: higher where the attacker rather thinks the person in, over runs with the person.
        absent: the same over runs without.
        confidence: how surely the bound holds; a mechanism that keeps its promise is accused no more often
            than 1 minus this.

    Returns:
        The bound, 0 where the attack tells nothing.
    """
    middle_in, middle_out = len(present) // 2, len(absent) // 2
    threshold = _threshold(present[:middle_in], absent[:middle_out])
    caught, fooled = present[middle_in:] > threshold, absent[middle_out:] > threshold
    risk = (1 - confidence) / 2
    right = _lower(int(caught.sum()), len(caught), risk)
    wrong = 1 - _lower(int((~fooled).sum()), len(fooled), risk)
    return _rho(right, wrong) if right > wrong else 0.0


def _threshold(present: Scores, absent: Scores) -> float:
    """The middle between two scores that tells the two kinds of runs apart best."""
    seen = np.unique(np.concatenate([present, absent]))
    low = np.nan_to_num(seen, neginf=-1e300, posinf=1e300)
    cuts = low[:-1] / 2 + low[1:] / 2
    if not len(cuts):
        return float(low[0])
    right = 1 - np.searchsorted(np.sort(present), cuts, side="right") / len(present)
    wrong = 1 - np.searchsorted(np.sort(absent), cuts, side="right") / len(absent)
    return float(cuts[np.argmax(right - wrong)])


def _lower(successes: int, trials: int, risk: float) -> float:
    return float(beta.ppf(risk, successes, trials - successes + 1)) if successes else 0.0


def _rho(right: float, wrong: float) -> float:
    """The least rho that allows these chances: the largest divergence over its order, at any order."""
    p, q = np.array([right, 1 - right]), np.array([wrong, 1 - wrong])
    with np.errstate(divide="ignore", invalid="ignore"):
        kl = float(np.nansum(p * np.log(p / q)))
        rest = _ORDERS[1:, None]
        powers = (p**rest * q ** (1 - rest)).sum(axis=1)
        renyi = np.log(powers) / (_ORDERS[1:] - 1) / _ORDERS[1:]
    return max(0.0, kl, float(np.nanmax(renyi)))
