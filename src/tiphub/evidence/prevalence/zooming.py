"""Where to look for the people unseen: closer and closer, where many people make a posterior narrow."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tiphub.evidence.prevalence.overlaps import Bools, Floats

COARSE = 0.1
"""A single number unseen with more than this probability lies between neighbours that are too far away."""

_ROUNDS = 8
_UNLIKELY = 40.0
_AROUND = 12.0
_EACH = 240


def closer(log_joint: Callable[[Floats], Floats], points: Floats) -> Floats:
    """Numbers unseen to sum a posterior over: all over the range, and dense where some graph has its mass.

    The log posterior of a graph is smooth on the scale of the people, so the parabola through the three best
    points tells about where its peak is and how wide. The next points lie around the peaks of the graphs that
    can still matter, until the gaps between their points are small.

    Args:
        log_joint: numbers unseen to graphs x numbers.
        points: where to begin.
    """
    first, last = points[0], points[-1]
    everywhere = np.union1d(points[:: max(len(points) // 100, 1)], np.geomspace(first, last, 100).round())
    points = np.union1d(points, everywhere)
    for _ in range(_ROUNDS):
        peaks = _peaks(points, log_joint(points))
        best = float(peaks.height.max())
        kept = peaks.height >= best - _UNLIKELY - 0.5 * peaks.drop
        if bool((peaks.gap[kept] <= np.maximum(peaks.width[kept] / 3, 1.0)).all()):
            break
        half = np.maximum(_AROUND * peaks.width, peaks.gap / 4)[kept]
        low = np.clip(peaks.place[kept] - half, first, last)
        high = np.clip(peaks.place[kept] + half, first, last)
        points = np.unique(np.concatenate([everywhere, *_spread(low, high)]).round())
    return points


def width_of(points: Floats) -> Floats:
    """How many numbers each point stands for."""
    return np.asarray(np.gradient(points))


@dataclass(frozen=True)
class _Peaks:
    """Of each graph: where its posterior is highest, how high and wide, and what the points tell of that.

    ``gap`` is the distance of the points there, ``drop`` how far the log posterior falls over it.
    """

    place: Floats
    height: Floats
    width: Floats
    gap: Floats
    drop: Floats


def _peaks(points: Floats, joint: Floats) -> _Peaks:
    rows = np.arange(len(joint))
    at = joint.argmax(axis=1)
    inner = np.clip(at, 1, len(points) - 2)
    left, middle, right = (joint[rows, inner + step] for step in (-1, 0, 1))
    before, after = points[inner] - points[inner - 1], points[inner + 1] - points[inner]
    bend = ((right - middle) / after - (middle - left) / before) / (before + after)
    slope = (middle - left) / before + bend * before
    inside: Bools = (at == inner) & (bend < 0)
    safe = np.where(inside, bend, -1.0)
    gap = np.maximum(before, after)
    return _Peaks(
        place=np.where(inside, points[inner] - slope / (2 * safe), points[at]),
        height=np.where(inside, middle - slope**2 / (4 * safe), joint[rows, at]),
        width=np.where(inside, 1 / np.sqrt(-2 * safe), gap),
        gap=gap,
        drop=np.where(inside, middle - np.minimum(left, right), 0.0),
    )


def _spread(low: Floats, high: Floats) -> list[Floats]:
    """Even points over intervals, as many as the narrowest of those that overlap needs."""
    found: list[Floats] = []
    order = np.argsort(low)
    start, end, narrow = low[order[0]], high[order[0]], high[order[0]] - low[order[0]]
    for place in [*order[1:], -1]:
        if place >= 0 and low[place] <= end:
            end, narrow = max(end, high[place]), min(narrow, high[place] - low[place])
            continue
        steps = int(np.clip(np.ceil(_EACH * (end - start) / max(narrow, 1.0)), 2, 10 * _EACH))
        found.append(np.linspace(start, end, steps))
        if place >= 0:
            start, end, narrow = low[place], high[place], high[place] - low[place]
    return found
