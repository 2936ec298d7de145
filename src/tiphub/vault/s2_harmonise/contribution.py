"""One contribution, from its cells to records and quarantine."""

from dataclasses import dataclass
from pathlib import Path

import ibis.expr.types as ir

from tiphub.errors import TiphubError
from tiphub.mapping import Mapping, check_columns, load_mapping, parse_mapping
from tiphub.progress import Progress
from tiphub.standard import Standard
from tiphub.vault.agencies import Agency
from tiphub.vault.s2_harmonise.quality import measure
from tiphub.vault.s2_harmonise.report import write_report
from tiphub.vault.s2_harmonise.rows import fingerprint, insert_rows, own_columns, read_rows
from tiphub.vault.s2_harmonise.superseding import count_changes, supersede
from tiphub.vault.schema import HARMONISED, SUPERSEDED
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


def misfit(contribution: Contribution, mapping: Mapping, standard: Standard) -> TiphubError | None:
    """Why a mapping cannot read a contribution; ``None`` where it can."""
    try:
        check_columns(mapping, own_columns(contribution), standard)
    except TiphubError as error:
        return error
    return None


def fingerprint_in_use(contribution: Contribution, standard: Standard) -> str:
    """The fingerprint of the mapping that a contribution was really read by."""
    return fingerprint(parse_mapping(contribution.mapping, contribution.name, standard), standard)


def _read_rows(store: Store, contribution: Contribution, reading: Reading) -> tuple[str, Mapping, ir.Table]:
    """The rows by the present mapping, or else by the one that fitted before; and which it was."""
    if contribution.mapping and misfit(contribution, reading.mapping, store.standard):
        earlier = parse_mapping(contribution.mapping, contribution.name, store.standard)
        return contribution.mapping, earlier, read_rows(store, contribution, earlier)
    return reading.text, reading.mapping, read_rows(store, contribution, reading.mapping)
