"""Rows of one file that claim to be the same record."""

import ibis
import ibis.expr.types as ir
from ibis import _

from tiphub.vault.s2_harmonise.remarks import none, remark
from tiphub.vault.store import Store


def judge_duplicates(store: Store, table: ir.Table, column: str) -> ir.Table:
    """Of rows that say the same of one record the first stays; where they differ, all go into quarantine.

    They say the same when they agree in every column of the standard.

    Args:
        store: whose engine is used; only rows of repeated record ids are held in memory.
        table: harmonised rows with their ``problems``.
        column: of the file that has the record id, for the remark.
    """
    named = table.filter(table.record_id.notnull())
    repeated = named.group_by("record_id").agg(times=named.count()).filter(_.times > 1).select("record_id")
    ids = store.engine.hold("repeated_id", repeated)
    if not store.engine.execute("SELECT count(*) FROM repeated_id")[0][0]:
        return table
    rows = table.semi_join(ids, "record_id")
    answers = ibis.struct({name: rows[name] for name in store.standard.columns}).hash()
    groups = rows.group_by("record_id").agg(
        kept=rows["row"].min(), copies=rows.count(), same=answers.min() == answers.max()
    )
    judged = table.left_join(store.engine.hold("repeated_record", groups), "record_id")
    line = judged.kept.cast("string")
    reason = ibis.ifelse(
        judged.same,
        ibis.literal("the same record stands in row ") + line + ibis.literal(", which was taken"),
        judged.copies.cast("string")
        + ibis.literal(" rows with different answers have this record id, the first of them row ")
        + line,
    )
    harmless = judged.kept.isnull() | (judged.same & (judged["row"] == judged.kept))
    problems = judged.problems.concat(ibis.ifelse(harmless, none(), remark(column, judged.record_id, reason)))
    return judged.mutate(problems=problems).drop("kept", "copies", "same", "record_id_right")
