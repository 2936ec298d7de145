"""What the writers of a release's files are given."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import pyarrow as pa

from tiphub.release import ModelTables, Release
from tiphub.standard import Standard, Variable
from tiphub.vault.ledger import Booking

ABSTRACT = "Case data on identified victims of trafficking in persons, protected before publication."


@dataclass(frozen=True, kw_only=True)
class Contributor:
    """An agency as the public sees it.

    ``records`` is how many records it gave, rounded; ``None`` unless the hub chose to publish it, since a
    number per agency can tell more than the release as a whole.
    """

    name: str
    description: str = ""
    licence: str = ""
    records: int | None = None


@dataclass(frozen=True, kw_only=True)
class Description:
    """What the hub says of its data set; ``years`` is the declared first and last year."""

    title: str
    organisation: str
    contact: str
    licence: str
    years: tuple[int, int]
    languages: tuple[str, ...] = ("en",)
    homepage: str = ""
    agencies: tuple[Contributor, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Draft:
    """Everything a release says, before it is written: each file is a pure function of this."""

    version: str
    day: date
    description: Description
    standard: Standard
    variables: tuple[Variable, ...]
    quasi_identifiers: tuple[str, ...]
    smallest_count: int | None
    records: pa.Table
    counts: pa.Table
    models: ModelTables | None
    statement: Mapping[str, Any]
    argument: str
    evaluation: Mapping[str, Any]
    fingerprint: str
    previous: Release | None
    booking: Booking | None

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The names of the records' columns."""
        return tuple(item.name for item in self.variables)

    @property
    def citation(self) -> str:
        """How to cite the release, in one line."""
        about = self.description
        work = f"{about.title}. Version {self.version} [data set]."
        return " ".join(
            part for part in (f"{about.organisation} ({self.day.year}).", work, about.homepage) if part
        )
