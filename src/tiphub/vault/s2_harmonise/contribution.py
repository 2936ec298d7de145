"""One contribution, from its cells to records and quarantine."""

from dataclasses import dataclass
from pathlib import Path

import ibis.expr.types as ir

from tiphub.errors import TiphubError
from tiphub.mapping import Mapping, load_mapping, parse_mapping
from tiphub.progress import Progress
from tiphub.standard import Standard
from tiphub.vault.agencies import Agency
from tiphub.vault.s2_harmonise.quality import measure
from tiphub.vault.s2_harmonise.report import write_report
from tiphub.vault.s2_harmonise.rows import fingerprint, insert_rows, read_rows
from tiphub.vault.s2_harmonise.superseding import count_changes, supersede
from tiphub.vault.schema import CONTRIBUTION, HARMONISED, SUPERSEDED
from tiphub.vault.store import Contribution, Store


@dataclass(frozen=True)
class Reading:
    """How an agency's files are read now: its mapping, as text and understood, and their fingerprint."""

    text: str
    mapping: Mapping
    fingerprint: str


def load_reading(agency: Agency, standard: Standard) -> Reading:
    """The mapping that an agency's folder holds.

    Raises:
        TiphubError: there is none, or it is not understood.
    """
    if not agency.mapping.exists():
        raise TiphubError(
            f"Nothing says yet how the files of '{agency.name}' are read.",
            where=str(agency.mapping),
            do=f"Have a mapping proposed: tiphub agency draft HUB {agency.name} --from FILE",
        )
    mapping = load_mapping(agency.mapping, standard)
    return Reading(agency.mapping.read_text("utf-8-sig"), mapping, fingerprint(mapping, standard))


def harmonise_contribution(
    store: Store, contribution: Contribution, reading: Reading, progress: Progress
) -> Contribution:
    """Bring a contribution into the standard; to be called within a transaction.

    The agency's earlier contributions must stand as they are to stand, and no later one: what a contribution
    replaces is judged against those before it. A contribution that was read by an earlier mapping, and whose
    columns the present one does not fit, is read by that earlier mapping again.

    Raises:
        TiphubError: the file lacks a column that the mapping names.
    """
    with progress.stage(f"harmonise {contribution.origin.name}", contribution.rows) as task:
        text, mapping, rows = _read_rows(store, contribution, reading)
        insert_rows(store, contribution, mapping, rows)
        task.advance(contribution.rows)
    first = store.contributions(contribution.agency)[0].number == contribution.number
    changes = None if first else count_changes(store, contribution)
    released = 0 if first else supersede(store, contribution)
    quality = measure(store, contribution, mapping, changes=changes, released=released)
    return store.note_harmonised(
        contribution, mapping=text, fingerprint=reading.fingerprint, quality=quality.as_data()
    )


def harmonise_anew(store: Store, agency: Agency, reading: Reading, progress: Progress) -> int:
    """Harmonise an agency's contributions again from their cells, if mapping or standard have changed.

    Returns:
        How many contributions were harmonised.
    """
    earlier = store.contributions(agency.name)
    if all(item.fingerprint == reading.fingerprint for item in earlier):
        return 0
    with store.transaction():
        numbers = f"(SELECT number FROM {CONTRIBUTION} WHERE agency = ?)"
        store.engine.execute(f"DELETE FROM {SUPERSEDED} WHERE contribution IN {numbers}", [agency.name])
        store.engine.execute(f"DELETE FROM {HARMONISED} WHERE contribution IN {numbers}", [agency.name])
        for item in earlier:
            harmonise_contribution(store, item, reading, progress)
        for item in store.contributions(agency.name):
            report(store, item, agency)  # before it is settled: a run cut short here writes them again
    return len(earlier)


def report_released(store: Store, contribution: Contribution, agency: Agency) -> None:
    """Write the reports of earlier contributions anew of which this one has closed rows in quarantine."""
    closed = store.engine.execute(
        f"""SELECT DISTINCT s.contribution FROM {SUPERSEDED} AS s
        JOIN {HARMONISED} AS h ON h.contribution = s.contribution AND h."row" = s."row"
        WHERE s."by" = ? AND h.problems IS NOT NULL""",
        [contribution.number],
    )
    for item in store.contributions(agency.name):
        if (item.number,) in closed:
            report(store, item, agency)


def report(store: Store, contribution: Contribution, agency: Agency) -> Path:
    """Write a contribution's quality report anew; returns its folder."""
    mapping = parse_mapping(contribution.mapping, str(agency.mapping), store.standard)
    return write_report(store, contribution, mapping, agency)


def _read_rows(store: Store, contribution: Contribution, reading: Reading) -> tuple[str, Mapping, ir.Table]:
    """The rows by the present mapping, or else by the one that fitted before; and which it was."""
    try:
        return reading.text, reading.mapping, read_rows(store, contribution, reading.mapping)
    except TiphubError:
        if not contribution.mapping:
            raise
        earlier = parse_mapping(contribution.mapping, contribution.name, store.standard)
        return contribution.mapping, earlier, read_rows(store, contribution, earlier)
