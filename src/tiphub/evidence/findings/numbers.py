"""Counts behind a finding's shares, all in one pass over the records."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import ibis
import ibis.expr.types as ir

from tiphub.evidence.findings.conditions import has, holds, may_hold
from tiphub.evidence.findings.model import Conditions, Finding, Part
from tiphub.evidence.findings.options import Counted
from tiphub.evidence.findings.sources import Source
from tiphub.standard import Standard


@dataclass(frozen=True, slots=True)
class Numbers:
    """Counts of one option in one part.

    Of those whose answers are not told in full, ``more`` could add to the numerator and ``fewer`` to the
    denominator alone; ``unsure`` are those of both whose own answer is too broad. ``known`` are those of whom
    the information is there at all, ``hidden`` those of whom it may have been left out. ``singles`` have each
    option of a group, ``pairs`` (among all records) each two.
    """

    people: int
    known: int
    hidden: int
    base: int
    numerator: int
    more: int
    fewer: int
    unsure: int
    singles: tuple[int, ...]
    pairs: tuple[tuple[int, int, int], ...]


def read(found: Mapping[str, int], place: int, number: int, flags: int) -> Numbers:
    """The counts of one option in one part, out of all that were counted."""
    here, cap = f"{place}_{number}", found["left_out"]
    both = ((one, two, found.get(f"pair_{one}_{two}", 0)) for one, two in combinations(range(flags), 2))
    return Numbers(
        found[f"people_{place}"],
        found[f"known_{place}"],
        min(found.get(f"hidden_{place}", 0), cap),
        found[f"base_{here}"],
        found[f"n_{here}"],
        found.get(f"more_{here}", 0) + min(found.get(f"more_empty_{here}", 0), cap),
        found.get(f"fewer_{here}", 0) + min(found.get(f"fewer_empty_{here}", 0), cap),
        found.get(f"unsure_{here}", 0),
        tuple(found.get(f"single_{place}_{flag}", 0) for flag in range(flags)),
        tuple(both),
    )


def count_all(
    source: Source, finding: Finding, parts: Sequence[Part], question: Counted, standard: Standard
) -> Mapping[str, int]:
    """Count everything in one pass over the records."""
    table, gone = source.table, source.left_out or {}
    inside = holds(table, standard, finding.where)
    # whether two countries are the same was counted before anything was left out
    columns = () if source.noise and question.told_by else question.columns
    doubt = source.hidden is None or any(name in source.hidden for name in question.columns)
    empty = [table[name].isnull() for name in columns if name in gone]
    nobody = ibis.literal(False)
    told = question.answered if question.told is None else question.told
    flat = {"inside": inside, "answered": question.answered, "told": told, "empty": ibis.or_(nobody, *empty)}
    for place, part in enumerate(parts):
        flat[f"part_{place}"] = holds(table, standard, part.where) & inside
        both = (finding.where, part.where)
        flat[f"may_{place}"] = _may(table, standard, both, (), source)
        flat[f"empty_{place}"] = _may(table, standard, both, gone, source)
    for number, option in enumerate(question.options):
        cells = {name: values for cell in option.cells for name, values in cell.items() if name in columns}
        lost = any(source.may_be_lost(standard, name, values) for name, values in cells.items())
        flat |= {f"has_{number}": option.has, f"maybe_{number}": option.maybe}
        flat[f"blank_{number}"] = flat["empty"] if lost else nobody
    for number, flag in enumerate(question.flags):
        flat[f"flag_{number}"] = has(table, standard, flag, ["yes"])
    rows = table.select(**flat).view()
    sums: dict[str, ir.Value] = {}
    anywhere = ibis.or_(*(rows[f"part_{place}"] for place in range(len(parts))))
    sums |= {"population": rows["inside"].sum(), "placed": anywhere.sum()}
    for place in range(len(parts)):
        part = rows[f"part_{place}"]
        may = rows[f"may_{place}"] & ~part
        far = rows[f"empty_{place}"] & ~part & ~rows[f"may_{place}"]
        sums |= {f"people_{place}": part.sum(), f"known_{place}": (part & rows["told"]).sum()}
        sums[f"hidden_{place}"] = (part & rows["empty"] & ~rows["told"]).sum()
        for number in range(len(question.options)):
            maybe = rows[f"maybe_{number}"] & rows["answered"]
            yes = rows[f"has_{number}"] & rows["answered"]
            no = rows["answered"] & ~yes & ~maybe
            sums[f"base_{place}_{number}"] = (part & (yes | no)).sum()
            sums[f"n_{place}_{number}"] = (part & yes).sum()
            if source.left_out is None:
                continue
            vague = maybe & doubt
            anybody = (part | may | far) & ~rows["answered"]
            sums |= {
                f"more_{place}_{number}": ((may & yes) | ((part | may) & vague)).sum(),
                f"unsure_{place}_{number}": ((part | may) & vague).sum(),
                f"fewer_{place}_{number}": ((may & no) | ((part | may) & vague)).sum(),
                f"more_empty_{place}_{number}": (
                    (far & (yes | vague)) | (anybody & rows[f"blank_{number}"])
                ).sum(),
                f"fewer_empty_{place}_{number}": ((far & (no | vague)) | (anybody & rows["empty"])).sum(),
            }
        for number in range(len(question.flags) if source.noise else 0):
            sums[f"single_{place}_{number}"] = (part & rows[f"flag_{number}"]).sum()
    for one, two in combinations(range(len(question.flags) if source.noise else 0), 2):
        sums[f"pair_{one}_{two}"] = (rows[f"flag_{one}"] & rows[f"flag_{two}"]).sum()
    found = rows.aggregate(**sums).to_pyarrow().to_pylist()[0]
    used = {*columns, *finding.where, *(name for part in parts for name in part.where)}
    cap = sum(gone.get(name, 0) for name in used)
    return {name: int(value or 0) for name, value in found.items()} | {"left_out": cap}


def _may(
    table: ir.Table, standard: Standard, where: Sequence[Conditions], empty: Iterable[str], source: Source
) -> ir.BooleanValue:
    listed = set(empty)
    found = []
    for conditions in where:
        lost = [
            name for name in listed & set(conditions) if source.may_be_lost(standard, name, conditions[name])
        ]
        found.append(may_hold(table, standard, conditions, lost, source.hidden))
    return ibis.and_(*found)
