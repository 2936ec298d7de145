"""Which row of which earlier contribution a handed-in-again row puts right."""

import ibis
import ibis.expr.types as ir

from tiphub.vault.handback import CONTRIBUTION, ROW
from tiphub.vault.s2_harmonise.remarks import none, remark
from tiphub.vault.schema import CONTRIBUTION as CONTRIBUTIONS
from tiphub.vault.schema import HARMONISED, raw_table
from tiphub.vault.store import Contribution, Store


def find_first_rows(store: Store, contribution: Contribution, table: ir.Table) -> ir.Table:
    """Add ``first_contribution`` and ``first_row`` to a repair's rows; quarantine those that name no row."""
    store.engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE handed_back AS
        WITH named AS (
            SELECT _row AS here, trim("{CONTRIBUTION}", ' ''') AS name, trim("{ROW}", ' ''') AS place,
                TRY_CAST(TRY_CAST(place AS DOUBLE) AS BIGINT) AS line
            FROM {raw_table(contribution.number)}
        ), counted AS (
            SELECT here, place, line, number, count(*) OVER (PARTITION BY named.name, line) AS copies
            FROM named LEFT JOIN {CONTRIBUTIONS} AS known
              ON known.name = named.name AND agency = ? AND NOT repair AND number < ?
        )
        SELECT here, place, contribution AS first_contribution, "row" AS first_row, CASE
            WHEN contribution IS NULL THEN 'no row of this contribution and number was ever handed in'
            WHEN copies > 1 THEN 'this row is handed in again ' || copies || ' times in the same file'
          END AS fault
        FROM counted LEFT JOIN {HARMONISED} ON contribution = number AND "row" = line""",
        [contribution.agency, contribution.number],
    )
    _keep_defects(store, contribution)
    back = store.engine.backend.table("handed_back", database=("temp", "main"))
    joined = table.drop("first_contribution", "first_row").left_join(back, table["row"] == back.here)
    lost = remark(ROW, joined.place, joined.fault)
    problems = joined.problems.concat(ibis.ifelse(joined.fault.isnull(), none(), lost))
    return joined.mutate(problems=problems).drop("here", "place", "fault")


def _keep_defects(store: Store, contribution: Contribution) -> None:
    """A row that could not be read as a row, and whose cells come back as they went out, is no better now."""
    numbers = store.engine.execute(
        "SELECT DISTINCT first_contribution FROM handed_back WHERE first_contribution IS NOT NULL"
    )
    columns = {item.number: item.columns for item in store.contributions(contribution.agency)}
    for (number,) in numbers:
        own = [_quoted(name) for name in contribution.columns if name in columns[number]]
        same = [f"{_cell(f'back.{name}')} IS NOT DISTINCT FROM nullif(first.{name}, '')" for name in own]
        store.engine.execute(
            f"""UPDATE handed_back SET fault = 'the row is as it was: ' || first._defect
            FROM {raw_table(number)} AS first, {raw_table(contribution.number)} AS back
            WHERE first_contribution = ? AND first._row = first_row AND back._row = here
              AND first._defect IS NOT NULL AND fault IS NULL AND {" AND ".join(same) or "true"}""",
            [number],
        )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _cell(cell: str) -> str:
    """`tiphub.vault.handback.unguard` in SQL, an empty cell being none."""
    return f"nullif(CASE WHEN starts_with({cell}, chr(39)) THEN substr({cell}, 2) ELSE {cell} END, '')"
