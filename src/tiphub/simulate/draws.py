"""Random draws, a column at a time."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tiphub.simulate.truth import Shares

Mask = npt.NDArray[np.bool_]
Index = npt.NDArray[np.int64]


def choose(rng: np.random.Generator, shares: Shares, size: int) -> Index:
    """Draw positions in a list of weighted answers.

    >>> choose(np.random.default_rng(0), {"a": 0, "b": 5}, 3).tolist()
    [1, 1, 1]
    """
    bounds = np.cumsum(list(shares.values()), dtype=float)
    return np.minimum(np.searchsorted(bounds / bounds[-1], rng.random(size), side="right"), len(bounds) - 1)


def labels_of(table: Mapping[str, Shares]) -> list[str]:
    """All answers of a conditional table, in the order in which they first come up."""
    return list(dict.fromkeys(label for shares in table.values() for label in shares))


def pick_by(
    rng: np.random.Generator, table: Mapping[str, Shares], labels: Sequence[str], masks: Mapping[str, Mask]
) -> Index:
    """Draw from a conditional table: positions in ``labels``, each row from the shares of its stratum."""
    found = np.zeros(len(next(iter(masks.values()))), dtype=np.int64)
    place = {label: position for position, label in enumerate(labels)}
    for stratum, mask in masks.items():
        shares = table[stratum]
        where = np.array([place[label] for label in shares])
        found[mask] = where[choose(rng, shares, int(mask.sum()))]
    return found


def years_of(
    rng: np.random.Generator, table: Mapping[str, Shares], masks: Mapping[str, Mask], size: int
) -> Index:
    """Draw whole years from tables of ranges "first-last", evenly within a range."""
    ranges = labels_of(table)
    first, last = np.array([[int(end) for end in label.split("-")] for label in ranges]).T
    drawn = pick_by(rng, table, ranges, masks)
    return np.asarray(first[drawn] + np.floor(rng.random(size) * (last - first + 1)[drawn]), dtype=np.int64)


def odds(ratios: Shares, labels: Sequence[str]) -> npt.NDArray[np.float64]:
    """Log-odds of each label."""
    return np.log([ratios[label] for label in labels])


def logistic(rng: np.random.Generator, log_odds: npt.NDArray[np.float64]) -> Mask:
    """Draw yes or no from log-odds."""
    return np.asarray(rng.random(len(log_odds)) < 1 / (1 + np.exp(-log_odds)))


def chosen_flags(labels: Sequence[str], index: Index) -> dict[str, Mask]:
    """Turn drawn answers, several joined with ``+``, into one flag an option."""
    options = sorted({option for label in labels for option in label.split("+")})
    return {option: np.array([option in label.split("+") for label in labels])[index] for option in options}


def flags_by(
    rng: np.random.Generator,
    table: Mapping[str, Shares],
    masks: Mapping[str, Mask],
    factor: npt.NDArray[np.float64],
) -> dict[str, Mask]:
    """Draw one flag an option, each with its own percentage by stratum, times a factor a row."""
    found = {}
    for option in labels_of(table):
        chance = np.select(list(masks.values()), [table[stratum][option] / 100 for stratum in masks])
        found[option] = rng.random(len(factor)) < chance * factor
    return found


def text(labels: Sequence[str], index: npt.NDArray[np.integer]) -> pa.Array:
    """Turn positions into a text column."""
    codes = pa.array(index.astype(np.int32))
    return pa.DictionaryArray.from_arrays(codes, pa.array(labels, pa.string())).cast(pa.string())
