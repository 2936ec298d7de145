"""What an evaluation hands on: one part for the hub, one part for everybody."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """How useful the protected records still are.

    ``private`` compares records before and after at full precision. That is disclosure: it stays inside the
    hub. ``public`` holds only what the gate may publish (see ``evaluate`` for why each figure is safe).
    Both are plain data that JSON can carry.
    """

    private: Mapping[str, Any]
    public: Mapping[str, Any]
