"""What findings are asked of: a vault, an open file or a release, and what a release's protection hides."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING

import ibis.expr.types as ir

from tiphub.evidence.findings.conditions import Hidden, narrower
from tiphub.evidence.findings.noise import Noise
from tiphub.evidence.noise import MeasuredCounts, measured_counts
from tiphub.standard import Standard, Variable

if TYPE_CHECKING:
    from tiphub.engine import Engine
    from tiphub.release import Release


@dataclass(frozen=True)
class Source:
    """Records in the standard.

    ``table`` has the columns that the source carries, and no others. ``smallest_count``: figures on fewer
    people are held back. ``noise``: what a noisy release says of its counts. ``left_out``: for columns of
    which a release left answers out, at most how many; ``None`` where nothing was protected. ``lost``: for
    columns of which it left out some values alone, which these are.
    """

    table: ir.Table
    smallest_count: int | None = None
    noise: Noise | None = None
    left_out: Mapping[str, int] | None = None
    lost: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def hidden(self) -> Hidden | None:
        """The values that the source tells by what is above them; ``None``: it depends on the person."""
        return None if self.noise is None else self.noise.hidden

    def may_be_lost(self, standard: Standard, name: str, values: Iterable[str]) -> bool:
        """Whether an empty cell may have been one of these values."""
        if name not in (self.left_out or {}):
            return False
        return name not in self.lost or bool(self.lost[name] & narrower(standard, name, values))


def of_release(release: "Release", records: ir.Table, engine: "Engine", standard: Standard) -> Source:
    """A release as a source; whether its counts carry noise is read off the counts themselves."""
    counts = measured_counts(release, engine)
    if counts:
        return of_noisy(records, counts, standard)
    return Source(records, release.smallest_count, None, _left_out(release, records))


def of_noisy(records: ir.Table, counts: MeasuredCounts, standard: Standard) -> Source:
    """The records and counts of a noisy release.

    Values of few people are told by what is above them. Where nothing above them is shown either, they became
    unknown: then each unknown may be one of them.
    """
    noise = Noise(counts, standard)
    gone = {name: _lost(counts.variables[name], values) for name, values in counts.hidden.items()}
    lost = {name: values for name, values in gone.items() if values}
    return Source(records, None, noise, {name: noise.most_unknown(name) for name in lost}, lost)


def _lost(item: Variable, hidden: frozenset[str]) -> frozenset[str]:
    """The values that became unknown. A place in no region is left aside: Antarctica has no citizens."""
    above = dict(zip(item.values, item.broader, strict=True))
    tree = {value for value in item.broader if value}
    found = set()
    for value in hidden:
        step: str | None = value
        while step is not None and step in hidden:
            step = above.get(step)
        if step is None and (not tree or above.get(value) or value in tree):
            found.add(value)
    return frozenset(found)


_MOST = 0.999
"""The share of a column's answers that may be missing where the release is too small to tell."""


def _left_out(release: "Release", records: ir.Table) -> Mapping[str, int]:
    """How many answers the protection left out, from what the release says it cost (shares, rounded)."""
    loss = release.evaluation.get("loss")
    cells = loss.get("cells") if isinstance(loss, Mapping) else None
    if not isinstance(loss, Mapping) or not isinstance(cells, Mapping):
        return {}
    half = float(loss.get("rounded_to") or 0) / 2
    gone = {
        name: _MOST if said.get("suppressed") is None else min(float(said["suppressed"]) + half, _MOST)
        for name, said in cells.items()
        if name in records.columns and isinstance(said, Mapping) and said.get("suppressed") != 0
    }
    if not gone:
        return {}
    known = records.aggregate(**{name: records[name].count() for name in gone}).to_pyarrow().to_pylist()[0]
    return {name: ceil(known[name] * share / (1 - share)) for name, share in gone.items()}
