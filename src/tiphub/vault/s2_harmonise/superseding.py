"""Which rows a contribution replaces, and what it changes.

An accepted row replaces every earlier row of its agency with the same record id; a row in quarantine replaces
earlier rows in quarantine only, so that the last good state of a record stays. A repair replaces, by the same
rule, the row that it puts right and earlier repairs of it.
"""

from dataclasses import dataclass

from tiphub.vault.schema import HARMONISED, SUPERSEDED
from tiphub.vault.store import Contribution, Store

_CURRENT = f"""SELECT h.* FROM {HARMONISED} AS h
    ANTI JOIN {SUPERSEDED} AS s ON s.contribution = h.contribution AND s."row" = h."row"
    WHERE h.agency = $agency AND h.contribution < $number"""


@dataclass(frozen=True)
class Changes:
    """Accepted rows of a contribution against the records that its agency had before it."""

    new: int
    changed: int
    unchanged: int
    not_sent: int


def count_changes(store: Store, contribution: Contribution) -> Changes | None:
    """Compare a contribution with the records that its agency had before; ``None`` if it had none."""
    columns = ", ".join(f'"{name}"' for name in store.standard.columns)
    rows = store.engine.execute(
        f"""WITH before AS (
            SELECT record_id, hash({columns}) AS answers FROM ({_CURRENT})
            WHERE problems IS NULL AND record_id IS NOT NULL
        ), sent AS (
            SELECT record_id, problems IS NULL AS accepted, hash({columns}) AS answers
            FROM {HARMONISED} WHERE contribution = $number AND record_id IS NOT NULL
        )
        SELECT count(*) FILTER (accepted AND before.record_id IS NULL),
            count(*) FILTER (accepted AND before.answers <> sent.answers),
            count(*) FILTER (accepted AND before.answers = sent.answers),
            (SELECT count(*) FROM before ANTI JOIN sent USING (record_id)),
            (SELECT count(*) FROM before)
        FROM sent LEFT JOIN before USING (record_id)""",
        {"agency": contribution.agency, "number": contribution.number},
    )
    *counts, before = rows[0]
    return Changes(*counts) if before else None


def supersede(store: Store, contribution: Contribution) -> int:
    """Note which earlier rows this contribution replaces.

    Returns:
        How many rows left the quarantine because this contribution has them in good order.
    """
    values = {"agency": contribution.agency, "number": contribution.number}
    store.engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE replaced AS
        WITH earlier AS ({_CURRENT}), sent AS (
            SELECT record_id, first_contribution, first_row, bool_or(problems IS NULL) AS accepted
            FROM {HARMONISED} WHERE contribution = $number GROUP BY ALL
        ), pairs AS (
            SELECT earlier.contribution, earlier."row", earlier.problems IS NOT NULL AS held, accepted
            FROM earlier JOIN sent USING (record_id)
            UNION ALL
            SELECT earlier.contribution, earlier."row", earlier.problems IS NOT NULL, accepted
            FROM earlier JOIN sent ON sent.first_row = coalesce(earlier.first_row, earlier."row")
              AND sent.first_contribution = coalesce(earlier.first_contribution, earlier.contribution)
        )
        SELECT contribution, "row", bool_or(held AND accepted) AS released
        FROM pairs WHERE accepted OR held GROUP BY contribution, "row" """,
        values,
    )
    store.engine.execute(
        f'INSERT INTO {SUPERSEDED} SELECT contribution, "row", ? FROM replaced', [contribution.number]
    )
    return int(store.engine.execute("SELECT count(*) FILTER (released) FROM replaced")[0][0])
