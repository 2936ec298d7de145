"""The colours of series are told apart by people who see fewer of them."""

from itertools import combinations, pairwise

import numpy as np
import numpy.typing as npt
import pytest

from tiphub.charts.theme import ACCENT, INK, PAPER, SEQUENCE, SERIES

Colour = npt.NDArray[np.float64]
SEEN = {
    "all colours": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
"""What is left of light, red, green and blue: Machado, Oliveira and Fernandes, 2009, at full severity."""

TOLD_APART = 15
"""The distance (CIE 1976) from which neighbouring bars are told apart at a glance; 2.3 is just noticeable."""


def light(colour: str) -> Colour:
    """Red, green and blue light of a colour, from 0 to 1."""
    parts = np.array([int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(seen: Colour) -> Colour:
    """Light as CIE L*a*b* under daylight."""
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    ratios = np.array(to_xyz) @ np.clip(seen, 0, 1) / np.array([0.9505, 1.0, 1.089])
    x, y, z = np.where(ratios > 0.008856, np.cbrt(ratios), 7.787 * ratios + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("kind", SEEN)
def test_series_are_told_apart_by_everybody(kind: str) -> None:
    seen = [lab(np.array(SEEN[kind]) @ light(colour)) for colour in SERIES]
    for (one, first), (other, second) in combinations(zip(SERIES, seen, strict=True), 2):
        assert np.linalg.norm(first - second) >= TOLD_APART, (kind, one, other)


def test_a_sequence_goes_from_light_to_dark_for_everybody() -> None:
    for kind, matrix in SEEN.items():
        steps = [lab(np.array(matrix) @ light(colour))[0] for colour in SEQUENCE]
        assert all(one - other > 5 for one, other in pairwise(steps)), kind


@pytest.mark.parametrize("colour", [*SERIES, ACCENT, INK])
def test_bars_and_text_stand_out_from_paper(colour: str) -> None:
    """3:1 for pictures (WCAG 2.2, 1.4.11)."""
    weights = np.array([0.2126, 0.7152, 0.0722])
    paper, ink = (float(weights @ light(one)) for one in (PAPER, colour))
    assert (paper + 0.05) / (ink + 0.05) >= 3
