"""What follows from an answer by the standard, said in records that do not say it."""

import ibis
import ibis.expr.types as ir

from tiphub.standard import Standard

BAND, STATUS = "age_band", "majority_status"


def implied(table: ir.Table, standard: Standard) -> ir.Table:
    """Records as a release has them: the more specific answer tells more.

    A sector of labour is told of forced labour only, so that who has one was in forced labour; an age band
    lies within one majority status. ``tiphub.standard.implications`` has the same rules for records as codes.
    Options that no release carries imply nothing: an answer marked as unknown is one of them.
    """
    said: dict[str, ir.Value] = {}
    for group in standard.groups.values():
        flags = [
            name
            for name, column in standard.columns.items()
            if column.group == group.name and column.published and name in table.columns
        ]
        if group.requires in table.columns and flags:
            any_of = ibis.or_(*(table[name].fill_null(False) for name in flags))
            said[str(group.requires)] = ibis.ifelse(any_of, True, table[str(group.requires)])
    if {BAND, STATUS} <= set(table.columns):
        statuses = {code.code for code in standard.codes_of(STATUS).codes}
        within = {code.code: code.broader or code.code for code in standard.codes_of(BAND).codes}
        cases = [(table[BAND] == band, status) for band, status in within.items() if status in statuses]
        said[STATUS] = ibis.cases(*cases, else_=table[STATUS])
    return table.mutate(**said) if said else table
