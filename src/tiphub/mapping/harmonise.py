"""A mapping at work: text cells in, a table in the standard out, as one Ibis expression."""

import datetime as dt
from collections import abc
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from tiphub.engine import Step
from tiphub.mapping.derive import derived, merged
from tiphub.mapping.plan import LISTED, TOGETHER, Plan, make_plan
from tiphub.mapping.readers import Check, Columns, Reader, is_blank
from tiphub.mapping.spec import Mapping
from tiphub.standard import Field, Standard
from tiphub.tabular import MISPLACED

PROBLEM = "struct<column: string, value: string, reason: string>"
_TYPES = {"code": "string", "text": "string", "flag": "boolean", "integer": "int32", "date": "date"}


def harmonise(
    raw: ir.Table,
    mapping: Mapping,
    standard: Standard,
    *,
    today: dt.date | None = None,
    step: Step = ir.Table.view,
) -> ir.Table:
    """Read a table of text cells by a mapping.

    Args:
        raw: ``_row``, ``_defect`` and the file's columns as text, as `tiphub.tabular` gives them.
        mapping: what the cells mean.
        standard: what the columns that come out mean.
        today: the last day that a date may lie on; the machine's own when left out.
        step: closes each step. Left out, all is one expression; an engine's own `steps` compile faster.

    Returns:
        ``row``, ``record_id`` (null where the mapping has none), every column of the standard (null is
        unknown), ``problems`` (why the row cannot be accepted) and ``warnings`` (what is odd but accepted);
        both are arrays of a struct of column, value and reason. A lazy expression: nothing is read yet.

    Raises:
        TiphubError: the file lacks a column that the mapping names.
    """
    today = today or dt.datetime.now(tz=dt.UTC).date()
    table, problems, warnings = judged(raw, mapping, standard, today, step)
    told = {"problems": _first_of_all(table, _told(table, problems)), "warnings": _told(table, warnings)}
    return table.select("row", "record_id", *standard.columns, **told)


@dataclass(frozen=True, slots=True)
class Told:
    """A check that has become a boolean column of the table."""

    column: str
    cell: str | None
    reason: str | None
    flag: str


def judged(
    raw: ir.Table, mapping: Mapping, standard: Standard, today: dt.date, step: Step = ir.Table.view
) -> tuple[ir.Table, list[Told], list[Told]]:
    """The standard's columns beside one boolean column for each thing that may be wrong or odd with a row."""
    columns = [name for name in raw.columns if name not in {"_row", "_defect"}]
    plan = make_plan(mapping, columns, standard, today)
    table, problems = _given(_parsed(raw, plan, columns, step), plan, standard, step)
    warnings: list[Told] = []
    known = {*plan.origins, *plan.constants}
    for field in standard.fields.values():
        if field.derive is not None and known.issuperset(field.derive.source):
            known.add(field.name)
            filled, outside, contradiction = _derive(table, field, plan, standard, today)
            table = step(filled)
            problems += outside
            warnings += contradiction
    return step(table.mutate(**merged(table, standard))), problems, warnings


def _parsed(raw: ir.Table, plan: Plan, columns: abc.Sequence[str], step: Step) -> ir.Table:
    """The cells and what each of them means, written so that no cell is read twice."""
    cells = {cell: raw[column] for column, cell in plan.cells.items()}
    table = raw.select(
        row=raw["_row"].cast("int64"),
        defect=raw["_defect"],
        empty=_all_empty(raw, columns),
        bare=_all_empty(raw, tuple(plan.cells)),
        **cells,
    )
    table = step(table.mutate(**_each(plan.readers, lambda reader: reader.exact(table))))
    table = step(table.mutate(**_each(plan.readers, lambda reader: reader.keys(table))))
    lookups = {str(place): reader.lookup for place, reader in enumerate(plan.readers) if reader.lookup}
    if lookups:
        table = step(_join(table, lookups))
    kept = ["row", "defect", "empty", "bare", *cells]
    return step(table.select(*kept, **_each(plan.readers, lambda reader: reader.parsed(table))))


def _all_empty(raw: ir.Table, columns: abc.Sequence[str]) -> ir.BooleanValue:
    return ibis.coalesce(*(raw[column].nullif("") for column in columns)).isnull()


def _each(readers: abc.Iterable[Reader], step: abc.Callable[[Reader], Columns]) -> Columns:
    return {name: value for reader in readers for name, value in step(reader).items()}


def _join(table: ir.Table, lookups: abc.Mapping[str, abc.Mapping[str, str]]) -> ir.Table:
    joined, found = table, []
    for name, lookup in lookups.items():
        words = _words(name, lookup)
        joined = joined.left_join(words, table[f"key_{name}"] == words[f"word_{name}"])
        found.append(words[f"found_{name}"])
    return joined.select(*(table[column] for column in table.columns), *found)


def _words(name: str, lookup: abc.Mapping[str, str]) -> ir.Table:
    pairs = ibis.literal(";".join(f"{code}={key}" for key, code in sorted(lookup.items()))).split(";")
    pair = pairs.unnest().name("pair").as_table().view()
    split = "^([^=]*)=(.*)$"
    parts = {f"found_{name}": pair.pair.re_extract(split, 1), f"word_{name}": pair.pair.re_extract(split, 2)}
    return pair.select(**parts).view()


def _given(parsed: ir.Table, plan: Plan, standard: Standard, step: Step) -> tuple[ir.Table, list[Told]]:
    """The standard's columns as the file gives them, and the row's defects as boolean columns."""
    found = _each(plan.readers, lambda reader: reader.values(parsed))
    values: Columns = {}
    for name, column in standard.columns.items():
        kind = _TYPES[column.kind]
        if name in plan.constants:
            text = plan.constants[name]
            values[name] = (
                ibis.literal(text == "yes") if column.kind == "flag" else ibis.literal(text).cast(kind)
            )
            continue
        given = [found[key] for key in (name, f"{name}{LISTED}") if key in found]
        first = ibis.coalesce(*given) if len(given) > 1 else next(iter(given), ibis.null(kind))
        values[name] = first.cast(kind)
    for joint, targets in plan.together.items():
        for target in targets:
            values[target] = ibis.ifelse(found[f"{joint}{TOGETHER}"].fill_null(False), True, values[target])
    checks = _row_checks(parsed, plan) + [check for reader in plan.readers for check in reader.checks(parsed)]
    flags = {f"check_{place}": check.when for place, check in enumerate(checks)}
    cells = plan.cells.values()
    identity = (
        parsed[plan.cells[plan.record_id]].strip().nullif("") if plan.record_id else ibis.null("string")
    )
    table = step(parsed.select("row", "defect", *cells, record_id=identity, **flags, **values))
    told = [
        Told(check.column, check.cell, check.reason, flag) for check, flag in zip(checks, flags, strict=True)
    ]
    return table, told


def _row_checks(parsed: ir.Table, plan: Plan) -> list[Check]:
    checks = [
        Check("", None, "the row is empty", parsed.empty & parsed.defect.isnull()),
        Check("", None, "no column that the mapping names has a value", parsed.bare & ~parsed.empty),
        Check("", "defect", None, parsed.defect.notnull()),
    ]
    checks += [
        Check(name, None, "is required and empty", is_blank(parsed[plan.cells[name]]) & ~parsed.empty)
        for name in plan.required
    ]
    if plan.record_id and plan.record_id not in plan.required:
        missing = is_blank(parsed[plan.cells[plan.record_id]]) & ~parsed.empty
        checks.append(Check(plan.record_id, None, "the record id is empty", missing))
    return checks


def _derive(
    table: ir.Table, field: Field, plan: Plan, standard: Standard, today: dt.date
) -> tuple[ir.Table, list[Told], list[Told]]:
    """Fill a field in from what it follows from; a given value wins, and a contradiction is told."""
    given, found = table[field.name], derived(table, field, standard)
    sources = [plan.origins.get(name, name) for name in (field.derive.source if field.derive else ())]
    outside: list[Told] = []
    new: Columns = {}
    if field.kind == "integer":
        high = today.year if field.maximum == "this_year" else field.maximum
        wrong = (found < field.minimum) | (found > high)
        new[f"outside_{field.name}"] = wrong.fill_null(False)
        cell = plan.cells.get(sources[0])
        reason = f"gives {field.label['en'].lower()} outside {field.minimum} to {high}"
        outside = [Told(sources[0], cell, reason, f"outside_{field.name}")]
        found = ibis.ifelse(wrong, ibis.null("int32"), found)
    new[f"odd_{field.name}"] = (given != found).fill_null(False)
    new[field.name] = ibis.coalesce(given, found)
    column = plan.origins.get(field.name, field.name)
    reason = f"does not agree with {' and '.join(sources)}"
    contradiction = Told(column, plan.cells.get(column), reason, f"odd_{field.name}")
    return table.mutate(**new), outside, [contradiction]


def _told(table: ir.Table, checks: abc.Sequence[Told]) -> ir.ArrayValue:
    """What is wrong with each row; only rows with something wrong pay for the list."""
    none = ibis.array([ibis.null(PROBLEM)]).filter(lambda entry: entry.notnull())
    if not checks:
        return none
    entries = []
    for check in checks:
        cell = table[check.cell] if check.cell else ibis.null("string")
        value, reason = (cell, ibis.literal(check.reason)) if check.reason else (ibis.null("string"), cell)
        text = {"column": ibis.literal(check.column), "value": value, "reason": reason}
        entries.append(ibis.ifelse(table[check.flag], ibis.struct(text, type=PROBLEM), ibis.null(PROBLEM)))
    any_wrong = ibis.or_(*(table[check.flag] for check in checks))
    return ibis.ifelse(any_wrong, ibis.array(entries).filter(lambda entry: entry.notnull()), none)


def _first_of_all(table: ir.Table, problems: ir.ArrayValue) -> ir.ArrayValue:
    """The problems; of a row whose cells stand in the wrong columns that alone: the rest follows from it."""
    misplaced = table.defect.re_search("|".join(MISPLACED)).fill_null(False)
    text = {"column": ibis.literal(""), "value": ibis.null("string"), "reason": table.defect}
    return ibis.ifelse(misplaced, ibis.array([ibis.struct(text, type=PROBLEM)]), problems)
