"""The figures of an evaluation that may be published: a closed list, each rounded.

A figure measured on the records is itself disclosure. It is listed here once it is clear why it is safe: it
is computed from what is published, it is paid for from the budget, or it is rounded so far that no single
count shows in it (see `tiphub.vault.s5_evaluate`). What is not listed cannot leave.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

from tiphub.errors import TiphubError

_FAULT = "Nothing was published. s6_publish/figures.py lists what may be, each with why it is safe."


def _text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= 200


def _share(value: Any) -> bool:
    """A share in four digits after the point, or unknown."""
    return value is None or (_is_number(value) and 0 <= value <= 1 and round(value, 4) == value)


def _rounded(value: Any) -> bool:
    """Two significant digits."""
    return _is_number(value) and float(f"{value:.1e}") == value


def _hundredths(value: Any) -> bool:
    return _is_number(value) and round(value, 2) == value


def _small(value: Any) -> bool:
    """A whole number of columns, tables or the bound of a class: never a number of people."""
    return value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


Shape = Callable[[Any], bool] | Mapping[str, Any] | list[Any]
ANY = "*"
"""Stands for every name: of a column, or of a kind of table."""

_CELLS = {"exact": _share, "generalised": _share, "suppressed": _share, "information_lost": _share}
_NOISE = {"tables": _small, "least_std": _hundredths, "mean_std": _hundredths, "largest_std": _hundredths}
_ERRORS = {
    "columns": _small,
    "count_at_least": _small,
    "count_at_most": _small,
    "mean_absolute_error": _rounded,
    "mean_relative_error": _rounded,
    "share_vanished": _rounded,
}
_BOUNDS = {
    "columns": _small,
    "count_at_least": _small,
    "count_at_most": _small,
    "mean_half_width": _rounded,
    "mean_relative_half_width": _rounded,
}
FIGURES: Mapping[str, Shape] = {
    "method": _text,
    "loss": {
        # k_anonymity: shares rounded to a step of at least k people
        "records_kept": _share,
        "records_kept_by_plain_suppression": _share,
        "information_lost": _share,
        "cells": {ANY: _CELLS},
        "rounded_to": _share,
        # differential privacy: follows from the budget and the noisy tables
        "noise": {ANY: _NOISE},
        "answered": {ANY: {"records_off_by": _hundredths, "std": _hundredths}},
    },
    "homogeneity": {"groups": _share, "people": _share, "columns": {ANY: _share}},
    # the widths of the published bounds: read off counts.csv, which is published whole
    "bounds_of_counts": [_BOUNDS],
    "errors_of_counts": [_ERRORS],
}
UNPAID = ("errors_of_counts",)
"""Measured on the records and not paid for: never in a release that spends privacy budget."""


def refuse_figures(evaluation: Mapping[str, Any], *, budgeted: bool) -> None:
    """Refuse an evaluation with a figure that is not listed, or not rounded as the list says.

    Args:
        evaluation: what ``evaluation.json`` would hold.
        budgeted: whether the release spends privacy budget, which then has to pay for every figure.

    Raises:
        TiphubError: the first such figure.
    """
    _refuse(evaluation, FIGURES, "")
    unpaid = [name for name in UNPAID if budgeted and evaluation.get(name)]
    if unpaid:
        raise TiphubError(
            f"The evaluation has figures that no privacy budget paid for: {', '.join(unpaid)}.", do=_FAULT
        )


def _refuse(value: Any, shape: Shape, place: str) -> None:
    if value is None and place:
        return
    if isinstance(shape, list):
        if not isinstance(value, list | tuple):
            raise _unlisted(place)
        for item in value:
            _refuse(item, shape[0], place)
    elif isinstance(shape, Mapping):
        if not isinstance(value, Mapping):
            raise _unlisted(place)
        for name, item in value.items():
            known = shape.get(name, shape.get(ANY))
            if known is None:
                raise _unlisted(f"{place}.{name}".lstrip("."))
            _refuse(item, known, f"{place}.{name}".lstrip("."))
    elif not shape(value):
        raise TiphubError(
            f"The evaluation's figure '{place}' is not rounded as it has to be before it is published.",
            do=_FAULT,
        )


def _unlisted(place: str) -> TiphubError:
    return TiphubError(
        f"The evaluation has a figure that is not on the list of those that may be published: '{place}'.",
        do=_FAULT,
    )
