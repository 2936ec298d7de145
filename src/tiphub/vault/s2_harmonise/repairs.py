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
    back = store.engine.backend.table("handed_back", database=("temp", "main"))
    joined = table.drop("first_contribution", "first_row").left_join(back, table["row"] == back.here)
    lost = remark(ROW, joined.place, joined.fault)
    problems = joined.problems.concat(ibis.ifelse(joined.fault.isnull(), none(), lost))
    return joined.mutate(problems=problems).drop("here", "place", "fault")
