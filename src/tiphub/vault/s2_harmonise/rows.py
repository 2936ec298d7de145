"""Every row of a contribution in the standard, each accepted or in quarantine."""

import hashlib
from dataclasses import replace

import ibis
import ibis.expr.types as ir

from tiphub import __version__
from tiphub.errors import TiphubError
from tiphub.mapping import Mapping, harmonise
from tiphub.standard import Standard
from tiphub.vault.handback import PREFIX, unguard
from tiphub.vault.s2_harmonise.duplicates import judge_duplicates
from tiphub.vault.s2_harmonise.remarks import REMARKS
from tiphub.vault.s2_harmonise.repairs import find_first_rows
from tiphub.vault.schema import HARMONISED, raw_table
from tiphub.vault.store import Contribution, Store


def fingerprint(mapping: Mapping, standard: Standard) -> str:
    """Changes whenever harmonising the same cells could give something else."""
    said = (__version__, replace(mapping, source=""), standard)
    return hashlib.sha256(repr(said).encode()).hexdigest()


def read_rows(store: Store, contribution: Contribution, mapping: Mapping) -> ir.Table:
    """The rows of a contribution as a mapping reads them; nothing is computed yet.

    Raises:
        TiphubError: the file lacks a column that the mapping names.
    """
    raw = store.raw(contribution)
    if contribution.repair:
        cells = {name: unguard(raw[name]) for name in own_columns(contribution)}
        raw = raw.select("_row", "_defect", **cells)
    rows = harmonise(raw, mapping, store.standard, today=contribution.received.date())
    return store.engine.view("arriving", rows)


def own_columns(contribution: Contribution) -> list[str]:
    """The agency's columns of a contribution, without those that a quarantine adds."""
    return [name for name in contribution.columns if not contribution.repair or not name.startswith(PREFIX)]


def insert_rows(store: Store, contribution: Contribution, mapping: Mapping, rows: ir.Table) -> None:
    """Put what `read_rows` gave into ``harmonised``, in one pass.

    Raises:
        TiphubError: the rows that came out are not the rows that went in: a fault of tiphub.
    """
    rows = rows.mutate(first_contribution=ibis.null("int32"), first_row=ibis.null("int64"))
    if contribution.repair:
        rows = find_first_rows(store, contribution, rows)
    if mapping.record_id is not None:
        rows = judge_duplicates(store, rows, mapping.record_id)
    rows = rows.view()
    rows = rows.mutate(
        contribution=ibis.literal(contribution.number, "int32"),
        agency=ibis.literal(contribution.agency),
        problems=_none_if_empty(rows.problems),
        warnings=_none_if_empty(rows.warnings),
    )
    store.engine.insert(HARMONISED, rows)
    _refuse_loss(store, contribution)


def _none_if_empty(remarks: ir.ArrayValue) -> ir.ArrayValue:
    return ibis.ifelse(remarks.length() > 0, remarks, ibis.null(REMARKS))


def _refuse_loss(store: Store, contribution: Contribution) -> None:
    """Accepted and quarantined rows are together the rows that were read, none twice."""
    before = store.engine.execute(f"SELECT count(*), sum(_row) FROM {raw_table(contribution.number)}")[0]
    after = store.engine.execute(
        f'SELECT count(*), sum("row") FROM {HARMONISED} WHERE contribution = ?', [contribution.number]
    )[0]
    if before != after:
        raise TiphubError(
            f"{before[0]:,} rows were read and {after[0]:,} came out: a fault of tiphub.",
            where=contribution.origin.name,
            do="Nothing was changed. Please report it.",
        )
