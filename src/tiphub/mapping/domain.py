"""What a file in a layout can say at all, and in which words: the public domain of each of its columns."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pyarrow as pa

from tiphub.mapping.spec import FieldMapping, GroupMapping, Layout
from tiphub.mapping.write import write_layout
from tiphub.standard import Standard, Variable, flag_name, variable


def layout_variables(layout: Layout, standard: Standard, *, years: tuple[int, int]) -> tuple[Variable, ...]:
    """The columns of the standard that a layout writes, each with only the values that it has words for.

    What merely follows from other columns is left out, and so is what has no public domain (dates, names).
    ``years`` (inclusive) is the declared domain of year columns.

    >>> from tiphub.mapping import load_layout
    >>> from tiphub.standard import load_standard
    >>> standard = load_standard()
    >>> found = layout_variables(load_layout("ctdc-2024", standard), standard, years=(2002, 2022))
    >>> len(found), found[-1].name, found[-1].values
    (27, 'recruiter_relation_other', ('yes',))
    """
    out = []
    for field in layout.mapping.fields.values():
        if field.columns and standard.columns[field.field].kind not in {"date", "text"}:
            whole = variable(standard, field.field, years=years)
            out.append(_confined(whole, set(_words(field, whole, standard))))
    for group in layout.mapping.groups.values():
        said = {text for text, cells in (("yes", group.yes), ("no", group.no)) if cells}
        for option in _options(group):
            whole = variable(standard, flag_name(group.group, option), years=years)
            list_only = option not in group.flags and group.unset == "unknown"
            out.append(_confined(whole, {"yes"} if list_only else said))
    return tuple(out)


def layout_words(layout: Layout, standard: Standard, item: Variable) -> tuple[str, Mapping[str, str]]:
    """The layout's column for a variable, and the layout's word for each of its values (and for unknown, "").

    An option that only stands in a list with others keeps the standard's name and values.
    """
    column = standard.columns[item.name]
    if column.group and column.option:
        group = layout.mapping.groups[column.group]
        names: tuple[str, ...] = group.flags.get(column.option.code, ())
        entry = replace(layout.mapping, fields={}, groups={column.group: group})
    else:
        field = layout.mapping.fields[item.name]
        names = field.columns
        entry = replace(layout.mapping, fields={item.name: field}, groups={})
    place = next((name for name in names if name in layout.columns), None)
    if place is None:
        return item.name, {"": "", **{value: value for value in item.values}}
    texts: list[str | None] = [None, *item.values]
    cells = pa.array(texts, pa.string())
    if column.kind == "flag":
        cells = pa.array([None if text is None else text == "yes" for text in texts], pa.bool_())
    alone = replace(layout, mapping=entry, columns=(place,))
    written, _ = write_layout(pa.table({item.name: cells}), alone, standard)
    words = [text or "" for text in written.column(place).to_pylist()]
    return place, dict(zip(["", *item.values], words, strict=True))


def _words(field: FieldMapping, whole: Variable, standard: Standard) -> Iterator[str]:
    codes = standard.columns[field.field].codes
    for value in whole.values:
        code = standard.code_lists[codes].by_code[value] if codes else None
        if field.write and code is not None:
            if (code.extra or {}).get("level") == "country":
                yield value
        elif (not codes and whole.values != ("no", "yes")) or value in field.values.values():
            yield value


def _options(group: GroupMapping) -> list[str]:
    listed = [option for options in group.values.values() for option in options]
    return list(dict.fromkeys([*group.flags, *listed]))


def _confined(whole: Variable, values: set[str]) -> Variable:
    kept = [place for place, value in enumerate(whole.values) if value in values]
    above = (whole.broader[place] for place in kept)
    return Variable(
        whole.name,
        tuple(whole.values[place] for place in kept),
        tuple(value if value in values else None for value in above),
    )
