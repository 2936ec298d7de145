"""Records drawn from a mixture: as many as asked for, and none against the rules."""

import numpy as np
import pytest

from tiphub.vault.s4_protect.dp.blocks import Blocks
from tiphub.vault.s4_protect.dp.logic import breaks
from tiphub.vault.s4_protect.dp.mixture import Mixture
from tiphub.vault.s4_protect.dp.records import draw


@pytest.mark.parametrize("allowed", [0.0, 0.001, 0.5])
def test_as_many_are_drawn_as_asked_for_however_rarely_the_rules_allow_one(allowed: float) -> None:
    """All groups put yes beside yes, which is forbidden; a share ``allowed`` of the first is unknown."""
    blocks = Blocks((2, 2))
    shares = np.tile(np.array([[allowed], [1 - allowed], [0.0], [1.0]], np.float32), 3)
    rules = np.zeros((4, 4), bool)
    rules[1, 3] = rules[3, 1] = True
    codes = draw(Mixture(blocks, shares, shares), 20, rules, np.random.default_rng(1))
    assert len(codes) == 20
    assert not breaks(codes, rules, blocks).any()
