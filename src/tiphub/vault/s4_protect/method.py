"""What a protection method is given and what it hands on."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import pyarrow as pa

from tiphub.progress import Progress
from tiphub.release import ModelTables
from tiphub.standard.variables import Codes, Variable


@dataclass(frozen=True, kw_only=True)
class Population:
    """One row a person, over public domains.

    ``variables`` are the release's columns in order. ``quasi_identifiers`` name those of them by which a
    person who knows the victim could look for them. ``batches`` gives the rows anew each time it is called,
    in any order, as codes (int16, rows x variables, 0 unknown).
    """

    variables: tuple[Variable, ...]
    quasi_identifiers: tuple[str, ...]
    batches: Callable[[], Iterator[Codes]]


@dataclass(frozen=True, kw_only=True)
class Protected:
    """What may leave the vault, once the gate has checked it.

    ``records``: text codes or null, plain or by dictionary, columns as the population's variables; the order
    of the rows carries no information. They may lie on the disk: whoever reads them takes a slice at a time.
    ``counts``: ``fields`` and ``values`` (joined by ``|``, an unknown value is empty), ``count`` int64, and
    ``std``, ``low``, ``high`` (float64, null where the method adds no noise). ``statement``: the method, its
    parameters and unit, what it protects from and what it does not. ``loss``: what the protection cost; every
    figure in it is safe to publish. ``models``: the noisy tables of the models that the hub declared, of a
    method that supports them.
    """

    records: pa.Table
    counts: pa.Table
    statement: Mapping[str, Any]
    loss: Mapping[str, Any]
    models: ModelTables | None = None


class ProtectionMethod(Protocol):
    """A way of turning people into something that can be published.

    ``argument`` is the page beside the code that says why the method holds, in the order of the code.
    """

    @property
    def name(self) -> str:
        """The name by which ``hub.yml`` asks for the method."""

    @property
    def argument(self) -> str:
        """The text of the argument page (Markdown)."""

    def protect(self, population: Population, *, progress: Progress) -> Protected:
        """Protect the people.

        Raises:
            TiphubError: the parameters do not fit the population, or the output failed its own check.
        """
