"""From records to people."""

import ibis
import ibis.expr.types as ir


def link(records: ir.Table) -> ir.Table:
    """One row a person, with ``person`` telling who it is.

    For now a person is one record of one agency: nobody is recognised across agencies, so somebody whom two
    agencies know counts twice.

    Args:
        records: the current records, at most one for each agency and record id.
    """
    unnamed = ibis.literal("#") + records.contribution.cast("string") + "." + records["row"].cast("string")
    return records.mutate(
        person=records.agency + ibis.literal("/") + ibis.coalesce(records.record_id, unnamed)
    )
