"""Earlier contributions, read again where the mapping has changed since, and what is told of that."""

from collections.abc import Sequence
from dataclasses import dataclass

from tiphub.amount import amount
from tiphub.errors import TiphubError
from tiphub.progress import Progress
from tiphub.vault.agencies import Agency
from tiphub.vault.s2_harmonise.contribution import Reading, harmonise_contribution, misfit, report
from tiphub.vault.s2_harmonise.quality import Quality
from tiphub.vault.schema import CONTRIBUTION, HARMONISED, SUPERSEDED
from tiphub.vault.store import Contribution, Store

_SHOWN = 10


@dataclass(frozen=True)
class Reread:
    """One contribution after its agency's mapping has changed.

    ``before`` and ``now`` are its figures; ``misfit`` is why the changed mapping cannot read it, where it
    keeps the one that could.
    """

    contribution: Contribution
    before: Quality
    now: Quality
    misfit: TiphubError | None

    def told(self) -> str:
        """What became of it, in one line."""
        name = self.contribution.origin.name
        if self.misfit:
            return f"{name}: {self.misfit.what} {self.misfit.do}".strip()
        return (
            f"{name}: {self.now.accepted:,} accepted, {self.now.quarantined:,} quarantined "
            f"(before: {self.before.accepted:,} and {self.before.quarantined:,})"
        )


def harmonise_anew(store: Store, agency: Agency, reading: Reading, progress: Progress) -> tuple[Reread, ...]:
    """Harmonise an agency's contributions again from their cells, if mapping or standard have changed.

    Returns:
        What became of each; nothing if nothing has changed.
    """
    earlier = store.contributions(agency.name)
    if all(item.fingerprint == reading.fingerprint for item in earlier):
        return ()
    with store.transaction():
        numbers = f"(SELECT number FROM {CONTRIBUTION} WHERE agency = ?)"
        store.engine.execute(f"DELETE FROM {SUPERSEDED} WHERE contribution IN {numbers}", [agency.name])
        store.engine.execute(f"DELETE FROM {HARMONISED} WHERE contribution IN {numbers}", [agency.name])
        now = [harmonise_contribution(store, item, reading, progress) for item in earlier]
        for item in now:
            report(store, item, agency)  # before it is settled: a run cut short here writes them again
    return tuple(
        Reread(
            item,
            Quality.of_data(before.quality),
            Quality.of_data(item.quality),
            misfit(before, reading.mapping, store.standard),
        )
        for before, item in zip(earlier, now, strict=True)
    )


def tell_anew(rereads: Sequence[Reread]) -> list[str]:
    """What became of an agency's earlier files, line by line; nothing where the mapping is as it was."""
    if not rereads:
        return []
    read = [item for item in rereads if not item.misfit]
    kept = [item for item in rereads if item.misfit]
    was = "was" if len(read) == 1 else "were"
    lines = [
        f"The mapping has changed: {amount(len(read), 'earlier file')} {was} read anew.",
        *_listed([item.told() for item in read]),
    ]
    if kept:
        fits = "does not fit it and keeps" if len(kept) == 1 else "do not fit it and keep"
        lines.append(f"{amount(len(kept), 'earlier file')} {fits} the mapping before:")
        lines += _listed([item.told() for item in kept])
    return lines


def tell_unused(store: Store, agency: Agency, reading: Reading) -> list[str]:
    """Says so where the mapping fits none of the agency's files, so that earlier ones are in use."""
    found = [
        (item, misfit(item, reading.mapping, store.standard)) for item in store.contributions(agency.name)
    ]
    kept = [f"{item.origin.name}: {error.what} {error.do}".strip() for item, error in found if error]
    if len(kept) < len(found):
        return []
    return ["The mapping fits none of the files, which are read by earlier ones:", *_listed(kept)]


def _listed(lines: Sequence[str]) -> list[str]:
    shown = [f"  {line}" for line in lines[:_SHOWN]]
    return shown if len(lines) <= _SHOWN else [*shown, f"  and {len(lines) - _SHOWN:,} more"]
