"""Remarks about rows: the shape of problems and warnings."""

import ibis
import ibis.expr.types as ir

REMARKS = "array<struct<column: string, value: string, reason: string>>"


def remark(column: str, value: ir.StringValue, reason: ir.StringValue) -> ir.ArrayValue:
    """A list of one remark."""
    found = ibis.struct({"column": ibis.literal(column), "value": value, "reason": reason})
    return ibis.array([found]).cast(REMARKS)


def worded(column: str, value: str | None, reason: str) -> tuple[str, str, str]:
    """Column, value and reason as people read them: what is wrong with a row as a whole has no value.

    >>> worded("", "the row is empty", "could not be read")
    ('', '', 'the row is empty')
    """
    return (column, value or "", reason) if column or not value else ("", "", value)


def none() -> ir.ArrayValue:
    """A list of no remark."""
    return ibis.literal([], REMARKS)
