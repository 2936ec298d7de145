"""Write a table in the standard as a layout has it, and say what the layout cannot express."""

from collections import abc
from dataclasses import dataclass
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from tiphub.mapping.spec import FieldMapping, GroupMapping, Layout
from tiphub.standard import Column, Standard, flag_name

_STRFTIME = {"YYYY": "%Y", "MM": "%m", "DD": "%d"}


@dataclass(frozen=True, slots=True)
class Loss:
    """What did not get across: the standard's column, why, and in how many records."""

    column: str
    reason: str
    records: int


def write_layout(
    table: ir.Table | pa.Table, layout: Layout, standard: Standard
) -> tuple[pa.Table, list[Loss]]:
    """Turn a table in the standard into a layout's columns of text, in its order; empty is null.

    Args:
        table: any columns of the standard; those that are missing are unknown.
        layout: what to write.
        standard: what the columns mean.

    Returns:
        The text table, and every loss with at least one record.
    """
    source = table if isinstance(table, pa.Table) else table.to_pyarrow()
    writer = _Writer(source.combine_chunks(), layout, standard)
    for field in layout.mapping.fields.values():
        writer.field(field)
    for group in layout.mapping.groups.values():
        writer.group(group)
    empty = pa.nulls(source.num_rows, pa.string())
    columns = {name: writer.columns.get(name, empty) for name in layout.columns}
    return pa.table(columns), [*writer.losses, *_uncarried(source, layout, standard)]


class _Writer:
    def __init__(self, source: pa.Table, layout: Layout, standard: Standard) -> None:
        self.source = source
        self.layout = layout
        self.standard = standard
        self.columns: dict[str, Any] = {}
        self.losses: list[Loss] = []

    def _values(self, name: str) -> Any:
        if name in self.source.column_names:
            return self.source.column(name)
        kind = pa.bool_() if self.standard.columns[name].kind == "flag" else pa.string()
        return pa.nulls(self.source.num_rows, kind)

    def _lose(self, name: str, reason: str, records: Any) -> None:
        if count := pc.sum(records).as_py():
            self.losses.append(Loss(name, reason, count))

    def field(self, entry: FieldMapping) -> None:
        if not entry.columns:
            return
        values = self._values(entry.field)
        column = self.standard.columns[entry.field]
        if column.kind == "flag":
            texts = _inverse(entry.values)
            out = self._flag(entry.field, values, texts.get("yes"), texts.get("no"))
        elif column.kind == "code":
            out = self._codes(entry, column, values)
        elif column.kind == "date":
            out = _dates(values, entry.formats[0])
        else:
            out = pc.cast(values, pa.string())
        if entry.write_unknown:
            out = pc.fill_null(out, entry.write_unknown)
        self.columns[self._column(entry.columns)] = out

    def _column(self, names: abc.Sequence[str]) -> str:
        return next((name for name in names if name in self.layout.columns), names[0])

    def _codes(self, entry: FieldMapping, column: Column, values: Any) -> Any:
        known = self.standard.code_lists[column.codes or ""].codes
        if entry.write == "alpha2":
            texts = {code.code: (code.extra or {}).get("alpha2", "") for code in known}
        elif entry.write == "alpha3":
            texts = {code.code: code.code for code in known if (code.extra or {}).get("level") == "country"}
        else:
            texts = _inverse(entry.values)
        texts = {code: text for code, text in texts.items() if text}
        place = pc.index_in(values, value_set=pa.array(list(texts), pa.string()))
        lost = pc.and_(pc.is_valid(values), pc.is_null(place))
        self._lose(entry.field, f"{entry.columns[0]} has no word for some of its values", lost)
        return pa.array(list(texts.values()), pa.string()).take(_flat(place))

    def _flag(self, name: str, values: Any, yes: str | None, no: str | None) -> Any:
        for answer, text, is_it in (("yes", yes, values), ("no", no, pc.invert(values))):
            if text is None:
                self._lose(
                    name, f"the layout has no word for {answer}: left empty", pc.fill_null(is_it, False)
                )
        return pc.if_else(values, pa.scalar(yes, pa.string()), pa.scalar(no, pa.string()))

    def group(self, entry: GroupMapping) -> None:
        yes, no = _first(entry.yes), _first(entry.no)
        for option, names in entry.flags.items():
            name = flag_name(entry.group, option)
            self.columns[self._column(names)] = self._flag(name, self._values(name), yes, no)
        for column, options in entry.together.items():
            both = self._values(flag_name(entry.group, options[0]))
            for option in options[1:]:
                both = pc.and_kleene(both, self._values(flag_name(entry.group, option)))
            self.columns[column] = pc.if_else(both, pa.scalar(yes, pa.string()), pa.scalar(no, pa.string()))
        if entry.columns:
            self.columns[self._column(entry.columns)] = self._list(entry)

    def _list(self, entry: GroupMapping) -> Any:
        named, between = [], entry.join or f"{entry.split[0]} "
        for option, text in single(entry).items():
            name = flag_name(entry.group, option)
            flag = self._values(name)
            named.append(pc.if_else(pc.fill_null(flag, False), between + text, ""))
            if entry.unset == "unknown" and option not in entry.flags:
                reason = "a list cannot say no: left out of it"
                self._lose(name, reason, pc.fill_null(pc.invert(flag), False))
        joined = pc.utf8_slice_codeunits(pc.binary_join_element_wise(*named, ""), start=len(between))
        return pc.if_else(pc.equal(joined, ""), pa.scalar(None, pa.string()), joined)


def _flat(values: Any) -> Any:
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values


def _first(texts: abc.Sequence[str]) -> str | None:
    return texts[0] if texts else None


def _inverse(values: abc.Mapping[str, str | None]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text, code in values.items():
        if code is not None:
            found.setdefault(code, text)
    return found


def single(entry: GroupMapping) -> dict[str, str]:
    """What is written in a list for each option that has a word of its own."""
    found: dict[str, str] = {}
    for text, options in entry.values.items():
        if len(options) == 1:
            found.setdefault(options[0], text)
    return found


def _dates(values: Any, form: str) -> Any:
    for part, code in _STRFTIME.items():
        form = form.replace(part, code)
    return pc.strftime(pc.cast(values, pa.date32()), format=form)


def carried(layout: Layout, standard: Standard) -> tuple[str, ...]:
    """The standard's columns that a layout has, or that follow from those it has."""
    found = set(layout.mapping.fields)
    for field in standard.fields.values():
        if field.derive is not None and found.issuperset(field.derive.source):
            found.add(field.name)
    for entry in layout.mapping.groups.values():
        found |= {flag_name(entry.group, option) for option in (*entry.flags, *single(entry))}
    return tuple(name for name in standard.columns if name in found)


def _uncarried(source: pa.Table, layout: Layout, standard: Standard) -> list[Loss]:
    """Answers in columns that the layout does not have, where they do not follow from one that it has."""
    has = carried(layout, standard)
    given = {name for name in has if name in layout.mapping.fields or standard.columns[name].group}
    losses = []
    for name, column in standard.columns.items():
        if name not in source.column_names or name in given:
            continue
        lost = pc.is_valid(source.column(name))
        reason = "the layout has no column for it"
        if name in has:
            origin = standard.fields[name].derive
            for other in origin.source if origin else ():
                lost = (
                    pc.and_(lost, pc.is_null(source.column(other))) if other in source.column_names else lost
                )
            reason = "given only where it follows from another column"
        elif column.option and column.group:
            parts = [flag_name(column.group, part) for part in column.option.merged_from]
            for part in parts:
                if part in has and part in source.column_names:
                    lost = pc.and_(lost, pc.is_null(source.column(part)))
            codes = standard.codes_of(column.group).codes
            whole = [code for code in codes if column.option.code in code.merged_from]
            if whole and flag_name(column.group, whole[0].code) in has:
                reason = f"merged into {flag_name(column.group, whole[0].code)}"
        if count := pc.sum(lost).as_py():
            losses.append(Loss(name, reason, count))
    return losses
