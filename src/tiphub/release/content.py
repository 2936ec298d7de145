"""What a protection method hands over to be published: a shape, so that neither side imports the other."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import pyarrow as pa

UNKNOWN = ""
"""How an unknown value stands among the values of a count."""

SEPARATOR = "|"
"""Between the fields, and between the values, of a count."""


@dataclass(frozen=True)
class ModelTables:
    """What a release publishes for the models that its hub declared.

    ``declared`` are the models as plain data, in order (see ``models`` in the codebook); ``table`` has the
    columns of `MODEL_TABLES` (in ``model_tables``), every cell of every two-way table of their axes once.
    """

    declared: tuple[Mapping[str, Any], ...]
    table: pa.Table


class Content(Protocol):
    """Protected tables, with what has to be said about them.

    ``records``: one row a person, text codes or null (unknown), the columns of the release.
    ``counts``: ``fields`` and ``values`` (text, joined by ``|``), ``count`` (integer), ``std``, ``low``,
    ``high`` (numbers or null).
    ``statement``: ``method``, ``parameters``, ``unit``, ``protects_from``, ``does_not_protect_from``,
    ``argument``, in words that a reader of the release understands.
    ``loss``: figures of what the protection cost, all safe to publish.
    ``models``: the noisy tables of declared models, or ``None``.
    """

    @property
    def records(self) -> pa.Table:
        """The protected records."""

    @property
    def counts(self) -> pa.Table:
        """The protected counts."""

    @property
    def statement(self) -> Mapping[str, Any]:
        """What the protection is worth."""

    @property
    def loss(self) -> Mapping[str, Any]:
        """What the protection cost."""

    @property
    def models(self) -> ModelTables | None:
        """The noisy tables of the models that the hub declared."""
