"""What an evaluation is given, of any method, and what it hands on to the hub and to everybody."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import pyarrow as pa

from tiphub.standard.variables import Codes, Variable


class People(Protocol):
    """The records before protection, as protection was given them; read as often as asked."""

    @property
    def variables(self) -> tuple[Variable, ...]:
        """The columns, over public domains."""

    @property
    def batches(self) -> Callable[[], Iterator[Codes]]:
        """Reads the rows anew, as codes."""


class Published(Protocol):
    """What protection made of them."""

    @property
    def records(self) -> pa.Table:
        """The records, as text codes or null."""

    @property
    def counts(self) -> pa.Table:
        """The counts, with their 95% bounds (``low``, ``high``) where the method adds noise."""

    @property
    def statement(self) -> Mapping[str, Any]:
        """What the method promises."""

    @property
    def loss(self) -> Mapping[str, Any]:
        """What it cost, in figures that are safe to publish."""


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """How useful the protected records still are.

    ``private`` compares records before and after at full precision. That is disclosure: it stays inside the
    hub. ``public`` holds only what the gate may publish (see ``evaluate`` for why each figure is safe).
    Both are plain data that JSON can carry.
    """

    private: Mapping[str, Any]
    public: Mapping[str, Any]
