"""What follows from what the record gives: years, ages, bands, and merged options."""

import ibis
import ibis.expr.types as ir

from tiphub.mapping.quantities import band_of
from tiphub.mapping.words import leaves
from tiphub.standard import Field, Standard, flag_name


def derived(table: ir.Table, field: Field, standard: Standard) -> ir.Value:
    """The value of a field that follows from its sources; null where they are unknown."""
    if field.derive is None:
        raise ValueError(f"{field.name} is not derived")
    sources = [table[name] for name in field.derive.source]
    match field.derive.by:
        case "year":
            return sources[0].year().cast("int32")
        case "age":
            return full_years(*sources)
        case "range":
            return band_of(sources[0], leaves(field.name, standard))
        case "broader":
            codes = standard.codes_of(field.derive.source[0]).codes
            known = standard.codes_of(field.name).by_code
            steps = [(code.code, code.broader) for code in codes if code.broader in known]
            return sources[0].cases(*steps, else_=ibis.null("string"))


def full_years(birth: ir.DateValue, day: ir.DateValue) -> ir.IntegerValue:
    """Full years from one day to another."""
    before = (day.month() < birth.month()) | ((day.month() == birth.month()) & (day.day() < birth.day()))
    years = day.year().cast("int32") - birth.year().cast("int32")
    return (years - ibis.ifelse(before, 1, 0)).cast("int32")


def merged(table: ir.Table, standard: Standard) -> dict[str, ir.BooleanValue]:
    """Each merged option: what is given, else yes if a part is yes, no if all are no, else unknown."""
    out: dict[str, ir.BooleanValue] = {}
    for group in standard.groups:
        for code in standard.codes_of(group).codes:
            if code.merged_from:
                name = flag_name(group, code.code)
                parts = [table[flag_name(group, part)] for part in code.merged_from]
                out[name] = ibis.coalesce(table[name], ibis.or_(*parts))
    return out
