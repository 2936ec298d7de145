"""Lists of few answers as one question whose answers are sets: what is counted together stays together.

A cell such as ``Female;Male`` is two flags in the standard. In flags, two such cells are crossed only by
tables of four columns, which are never measured. Where a layout says how answers are joined, and they are
few, each set of them is a value here.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

import ibis
import ibis.expr.types as ir

from tiphub.mapping.opening import StandardTable
from tiphub.mapping.spec import FieldMapping, GroupMapping
from tiphub.mapping.write import single
from tiphub.standard import LANGUAGES, Code, CodeList, Field, Group, Standard, flag_name

MOST = 4
"""Answers of a list up to which its sets are values: 15 of them."""
AND = "+"


def in_sets(opened: StandardTable, standard: Standard) -> tuple[StandardTable, Standard]:
    """The same file with a field for each list of few answers, and the standard that knows these fields.

    A field has its group's name, and takes its place in the layout and in the standard that come back. A file
    whose layout has no such list comes back as it is.
    """
    mapping = opened.layout.mapping
    lists = {name: entry for name, entry in mapping.groups.items() if _is_short_list(entry)}
    if not lists:
        return opened, standard
    fields = {name: _question(standard.groups[name], entry, standard) for name, entry in lists.items()}
    known = replace(
        standard,
        fields={**standard.fields, **{name: field for name, (field, _) in fields.items()}},
        groups={name: group for name, group in standard.groups.items() if name not in lists},
        code_lists={**standard.code_lists, **{codes.name: codes for _, codes in fields.values()}},
    )
    rewritten = replace(
        mapping,
        fields={**mapping.fields, **{name: _cells(entry) for name, entry in lists.items()}},
        groups={name: entry for name, entry in mapping.groups.items() if name not in lists},
    )
    table = opened.table.mutate(**{name: _set(opened.table, entry) for name, entry in lists.items()})
    gone = {flag_name(name, option) for name, entry in lists.items() for option in single(entry)}
    columns = (*(name for name in opened.columns if name not in gone), *lists)
    layout = replace(opened.layout, mapping=rewritten)
    return replace(opened, table=table, layout=layout, columns=columns), known


def _is_short_list(entry: GroupMapping) -> bool:
    joined = bool(entry.columns and entry.join) and not entry.flags and not entry.together
    return joined and entry.unset == "unknown" and len(single(entry)) <= MOST


def _sets(entry: GroupMapping) -> Iterator[tuple[str, ...]]:
    """All sets of options, each in the layout's order."""
    options = tuple(single(entry))
    for size in range(1, len(options) + 1):
        yield from combinations(options, size)


def _question(group: Group, entry: GroupMapping, standard: Standard) -> tuple[Field, CodeList]:
    options = standard.codes_of(group.name).by_code
    codes = CodeList(
        f"{group.name}{AND}",
        tuple(
            Code(
                AND.join(chosen),
                {name: " + ".join(options[option].label[name] for option in chosen) for name in LANGUAGES},
                group.definition,
            )
            for chosen in _sets(entry)
        ),
    )
    about = (group.label, group.definition, group.disclosure)
    return Field(group.name, "code", *about, published=False, codes=codes.name, unit=group.unit), codes


def _cells(entry: GroupMapping) -> FieldMapping:
    texts = single(entry)
    values = {
        entry.join.join(texts[option] for option in chosen): AND.join(chosen) for chosen in _sets(entry)
    }
    return FieldMapping(entry.group, columns=entry.columns, values=values)


def _set(table: ir.Table, entry: GroupMapping) -> ir.StringValue:
    named = ibis.literal("")
    for option in single(entry):
        here = table[flag_name(entry.group, option)].fill_null(False)
        named = named + ibis.ifelse(here, f"{AND}{option}", "")
    return named.substr(len(AND)).nullif("")
