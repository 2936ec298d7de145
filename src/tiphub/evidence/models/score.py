"""Weighted least squares on the log scale, and intervals by score tests.

A log odds ratio of a category in which noise drowns the people is not normal: the data may leave its lower
bound open, and its estimate may run off to minus infinity. An estimate plus and minus twice a standard error
then says nothing true. A score test asks of each single value whether the tables are as they would be if it
were the true one: all other parameters are fitted to it, and the variances are those that hold if it is (as
in Wilson's interval of a share, 1927). The interval holds the values that are not rejected. It does not need
the estimate to exist, and nothing is left out or told by what the noise happened to be.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.stats import chi2

from tiphub.evidence.interval import Z95
from tiphub.evidence.models.design import Floats

LIMIT = 8.0
"""Log odds ratios (of a category, or over the whole range of a number) are looked for between -8 and 8, which
is 1 to 3,000: an interval that reaches a limit has no bound on that side."""

NARROW = 0.1
"""A standard error under which an interval by score tests is, within a percent, that of a normal estimate."""

_STEPS, _ROUGH, _FINE = 200, 1e-3, 0.01


Point = tuple[float, float]
"""A place and the value there."""


@dataclass(frozen=True)
class Goal:
    """What is minimised: weighted squared distances from the tables told, and from the parameters' prior.

    Attributes:
        basis: entries x parameters; an entry's expected count is exp(offset + basis @ parameters).
        offset: by entry.
        statistics: cells x entries, sparse: which cells an entry counts into.
        told: the noisy cells.
        noise: their noise variances.
        weight: cells x cells, the inverse of the cells' covariance, sampling and noise.
        prior: precision of each parameter's prior.
        centre: its mean.
    """

    basis: Floats
    offset: Floats
    statistics: Any
    told: Floats
    noise: Floats
    weight: Floats
    prior: Floats
    centre: Floats

    def __call__(self, theta: Floats) -> float:
        """The distance."""
        away = self.told - self.statistics @ mean_of(self.basis, theta, self.offset)
        return float(away @ self.weight @ away + self.prior @ (theta - self.centre) ** 2)

    def weighted(self, theta: Floats) -> "Goal":
        """The same with the weights that hold if these are the parameters."""
        mean = mean_of(self.basis, theta, self.offset)
        sampling = (self.statistics.multiply(mean) @ self.statistics.T).toarray()
        spread = sampling + np.diag(self.noise + 1e-9)
        return replace(self, weight=np.asarray(np.linalg.inv(spread)))

    def pinned(self, place: int, value: float) -> "Goal":
        """The same with one parameter held at a value."""
        return replace(
            self,
            basis=np.delete(self.basis, place, axis=1),
            offset=self.offset + self.basis[:, place] * value,
            prior=np.delete(self.prior, place),
            centre=np.delete(self.centre, place),
        )


def mean_of(basis: Floats, theta: Floats, offset: Floats | float = 0.0) -> Floats:
    """The expected count of each entry."""
    return np.asarray(np.exp(np.clip(offset + basis @ theta, -30, 30)))


def least(goal: Goal, theta: Floats, fine: float = 1e-7) -> tuple[Floats, Floats] | None:
    """Gauss and Newton's method with halved steps; the parameters and the information, or ``None``."""
    value = goal(theta)
    for _ in range(_STEPS):
        information, pull = _slope(goal, theta)
        step = np.linalg.solve(information, pull)
        part = min(1.0, 3.0 / max(float(np.abs(step).max()), 1e-12))
        while part > 1e-6 and not goal(theta + part * step) <= value:
            part /= 2
        before, theta = value, theta + part * step
        value = goal(theta)
        if before - value < fine * max(1.0, value) or part <= 1e-6:
            return theta, information
    return None


def _slope(goal: Goal, theta: Floats) -> tuple[Floats, Floats]:
    """The information, and where the goal pulls the parameters."""
    mean = mean_of(goal.basis, theta, goal.offset)
    slope = goal.statistics @ (mean[:, None] * goal.basis)
    information = slope.T @ goal.weight @ slope + np.diag(goal.prior)
    away = goal.told - goal.statistics @ mean
    return information, slope.T @ (goal.weight @ away) - goal.prior * (theta - goal.centre)


def bounds_of(goal: Goal, theta: Floats, information: Floats, place: int) -> tuple[float, float, float]:
    """The 95% interval of one parameter, infinite where no value on that side is rejected; the p-value of 0.

    Where the other parameters cannot be fitted to a value, there is no bound at all.

    Args:
        goal: what was minimised.
        theta: its minimum.
        information: there.
        place: which parameter.
    """
    error = float(np.sqrt(np.linalg.inv(information)[place, place]))
    if error < NARROW and abs(theta[place]) < LIMIT - 1:
        estimate = float(theta[place])
        p = float(chi2.sf((estimate / error) ** 2, 1))
        return estimate - Z95 * error, estimate + Z95 * error, p
    middle = float(np.clip(theta[place], -LIMIT, LIMIT))
    test = _Test(goal, np.delete(theta, place), place, float(theta[place]), np.zeros(len(theta) - 1))
    stride = 1.2 * Z95 * min(error, 1.0)
    try:
        fitted = test(middle)
        none = replace(test)(0.0)
        low, high = (_edge(replace(test), fitted, middle, side * stride) for side in (-1, 1))
    except (_UnsettledError, np.linalg.LinAlgError):
        return -np.inf, np.inf, 1.0
    return low, high, float(chi2.sf(max(none - fitted, 0.0), 1))


class _UnsettledError(Exception):
    """The other parameters cannot be fitted to a value."""


@dataclass
class _Test:
    """The score statistic of one parameter at a value.

    The other parameters are fitted to the value; they, their weights and how they turn with it are kept to
    start from next time. What is left of the others' own score is taken off, as if they had made one more
    step.
    """

    goal: Goal
    start: Floats
    place: int
    last: float
    turn: Floats

    def __call__(self, value: float) -> float:
        pinned = self.goal.pinned(self.place, value)
        start = min(self.start, self.start - self.turn * (value - self.last), key=pinned)
        settled = least(pinned, start, _ROUGH)
        if settled is None:
            raise _UnsettledError
        self.start, self.last, at = settled[0], value, self.place
        whole = np.insert(self.start, at, value)
        self.goal = self.goal.weighted(whole)
        information, pull = _slope(self.goal, whole)
        inner = np.delete(np.delete(information, at, 0), at, 1)
        self.turn = across = np.linalg.solve(inner, np.delete(information[at], at))
        score = pull[at] - across @ np.delete(pull, at)
        spread = information[at, at] - across @ np.delete(information[at], at)
        return float(score**2 / max(spread, 1e-12))


def _edge(test: _Test, fitted: float, middle: float, stride: float) -> float:
    """Where the statistic has grown to that of 95%, going away from the middle; infinite if nowhere."""

    def beyond(value: float) -> float:
        return float(np.sqrt(max(test(value) - fitted, 0.0)) - Z95)

    inside, within = middle, -Z95
    while abs(inside) < LIMIT or inside * stride < 0:
        outside = float(np.clip(inside + stride, -LIMIT, LIMIT))
        if (over := beyond(outside)) > 0:
            return _between(beyond, (inside, within), (outside, over))
        inside, within, stride = outside, over, stride * 1.5
    return float(np.copysign(np.inf, stride))


def _between(beyond: Callable[[float], float], inside: Point, outside: Point) -> float:
    """Where a function that is negative at one point and positive at the other is 0 (regula falsi)."""
    (left, under), (right, over) = inside, outside
    place = right
    for _ in range(_STEPS):
        before, place = place, left + (right - left) * under / (under - over)
        if abs(place - before) < _FINE:
            break
        if (found := beyond(place)) > 0:
            right, over, under = place, found, under / 2
        else:
            left, under, over = place, found, over / 2
    return place
