"""Do a release's tables keep what the release promises?"""

import math
from collections.abc import Iterator, Sequence
from itertools import groupby, islice

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tiphub.amount import amount
from tiphub.release.content import SEPARATOR, UNKNOWN
from tiphub.release.finding import MOST, Check, Finding
from tiphub.release.metadata import Declared
from tiphub.release.tables import ROWS
from tiphub.standard import Variable, encode
from tiphub.tabular.mapped import Mapped

LARGEST_TABLE = 2**26
"""Cells: no table that a release publishes comes near it."""

_PUBLISHER = "Do not use this release; tell its publisher."


def check_rows(records: pa.Table, declared: Declared) -> Check:
    """The records are as many as the release says."""
    told = f"Counted: {amount(records.num_rows, 'record')}; the release says {declared.records:,}."
    findings = () if records.num_rows == declared.records else (Finding(told, "records.csv", do=_PUBLISHER),)
    return Check(
        "rows", "The records are as many as declared", findings, note=amount(records.num_rows, "record")
    )


def check_order(records: pa.Table) -> Check:
    """The records are sorted by all their columns: their order says nothing about where they came from."""
    findings = []
    for start in range(0, records.num_rows, ROWS):
        moved = np.flatnonzero(_falling(records.slice(start, ROWS + 1)))
        if len(moved):
            findings.append(
                Finding(
                    "The records are not sorted by their columns: their order may tell where they came from.",
                    "records.csv",
                    row=start + int(moved[0]) + 3,
                    do=_PUBLISHER,
                )
            )
            break
    return Check("order", "The order of the records carries no information", tuple(findings))


def _falling(records: pa.Table) -> npt.NDArray[np.bool_]:
    """Of each row but the last, whether the next one would have to stand before it."""
    equal, falls = np.ones(records.num_rows - 1, bool), np.zeros(records.num_rows - 1, bool)
    for cells in records.columns:
        rank = _ranks(cells.combine_chunks())
        falls |= equal & (rank[:-1] > rank[1:])
        equal &= rank[:-1] == rank[1:]
    return falls


def _ranks(cells: pa.Array) -> npt.NDArray[np.int64]:
    """Numbers that are ordered as the cells, unknown last."""
    if pa.types.is_dictionary(cells.type):
        order = np.argsort(pc.sort_indices(cells.dictionary).to_numpy())
        numbers = pa.array(order, pa.int64()).take(cells.indices)
    else:
        numbers = cells.cast(pa.int64())
    return np.asarray(pc.fill_null(numbers, np.iinfo(np.int64).max))


def check_k(records: pa.Table, declared: Declared) -> Check:
    """No group of records that agree in the quasi-identifiers is smaller than k."""
    title = "No group is smaller than promised, counted again"
    k, names = declared.smallest_count, list(declared.quasi_identifiers)
    if k is None:
        return Check("k", title, skipped="the method of this release promises no smallest group")
    if not names:
        return Check(
            "k", title, (Finding("No quasi-identifiers are declared.", "datapackage.json", do=_PUBLISHER),)
        )
    groups = records.select(names).group_by(names).aggregate([([], "count_all")])
    small = groups.filter(pc.less(groups.column("count_all"), k))
    findings = [
        Finding(
            f"{amount(row['count_all'], 'record')} with {_described(row, names)}: fewer than {k}.",
            "records.csv",
            column=", ".join(names),
            do=_PUBLISHER,
        )
        for row in small.slice(0, MOST).to_pylist()
    ]
    if small.num_rows > MOST:
        findings.append(
            Finding(
                f"Also too small: {amount(small.num_rows - MOST, 'group')}.", "records.csv", do=_PUBLISHER
            )
        )
    smallest = pc.min(groups.column("count_all")).as_py()
    note = (
        f"k = {k}; the smallest of {amount(groups.num_rows, 'group')} over {', '.join(names)} has {smallest}"
    )
    return Check("k", title, tuple(findings), note=note if not findings else "")


def _described(row: dict[str, object], names: Sequence[str]) -> str:
    return ", ".join(f"{name} {'unknown' if row[name] is None else row[name]}" for name in names)


def check_counts(counts: pa.Table, declared: Declared) -> Check:
    """Every count is of known fields and values, stands once, lies in its interval and is not below k."""
    findings = list(islice(_count_defects(counts, declared), MOST))
    return Check("counts", "Every count is of known values, and none is too small", tuple(findings))


def _count_defects(counts: pa.Table, declared: Declared) -> Iterator[Finding]:
    known = (*declared.counted, *declared.variables)
    domains = {item.name: frozenset((*item.values, UNKNOWN)) for item in known}
    seen: set[tuple[str, str]] = set()
    k = declared.smallest_count
    columns = [counts.column(name).to_pylist() for name in counts.column_names]
    for number, (fields, values, count, std, low, high) in enumerate(zip(*columns, strict=True), start=2):
        names, cells = split(fields), values.split(SEPARATOR) if fields else [values] * bool(values)
        if len(names) != len(cells) or any(
            cell not in domains.get(name, ()) for name, cell in zip(names, cells, strict=True)
        ):
            told = f"{fields} = {values} is not of the codebook."
            yield Finding(told, "counts.csv", number, "values", values, do=_PUBLISHER)
        if (fields, values) in seen:
            yield Finding(
                f"{fields} = {values} stands twice.", "counts.csv", number, "values", values, do=_PUBLISHER
            )
        seen.add((fields, values))
        if k is not None and count < k:
            told = f"{amount(count, 'person', 'people')} with {fields} = {values}: fewer than {k}."
            yield Finding(told, "counts.csv", number, "count", str(count), do=_PUBLISHER)
        given = [bound is not None for bound in (std, low, high)]
        if any(given) and not (all(given) and std >= 0 and low <= count <= high):
            told = "The count lies outside its interval, or the interval is not whole."
            yield Finding(told, "counts.csv", number, "low", str(low), do=_PUBLISHER)
        if std == 0:
            told = "A count with noise has a standard deviation above 0."
            yield Finding(told, "counts.csv", number, "std", str(std), do=_PUBLISHER)


def split(fields: str) -> list[str]:
    """The names of a count's fields; the total has none.

    >>> split("gender|age_band"), split("")
    (['gender', 'age_band'], [])
    """
    return fields.split(SEPARATOR) if fields else []


RECOUNT = "Every count of the records' columns comes out again from the records"


def check_recount(records: pa.Table, counts: pa.Table, declared: Declared) -> Check:
    """Every count that is exact or of the records' own columns comes out again from the records.

    Columns that the records do not have are counted with noise alone, and cannot be counted again.
    """
    numbered = counts.append_column("row", pa.array(range(2, counts.num_rows + 2), pa.int64()))
    own = {item.name for item in declared.variables}
    fields = counts.column("fields").combine_chunks().dictionary_encode()
    carried = pa.array([own.issuperset(split(names)) for names in fields.dictionary.to_pylist()], pa.bool_())
    again = numbered.filter(pc.or_(pc.is_null(counts.column("std")), carried.take(fields.indices)))
    if not again.num_rows:
        return Check("recount", RECOUNT, skipped="no count is of the records' columns")
    findings = list(islice(_differing(records, again, declared.variables), MOST))
    apart = counts.num_rows - again.num_rows
    note = f"{again.num_rows:,} counts" + (f"; {apart:,} are of columns beside the records" if apart else "")
    return Check("recount", RECOUNT, tuple(findings), note=note if not findings else "")


def _differing(records: pa.Table, counts: pa.Table, variables: Sequence[Variable]) -> Iterator[Finding]:
    codes = _coded(records, variables)
    places = {item.name: place for place, item in enumerate(variables)}
    index = [{value: code for code, value in enumerate((UNKNOWN, *item.values))} for item in variables]
    rows = zip(
        *(counts.column(name).to_pylist() for name in ("fields", "values", "count", "row")), strict=True
    )
    for fields, group in groupby(rows, key=lambda row: row[0]):
        if not places.keys() >= set(split(fields)):
            told = f"Counts over {fields} cannot be exact: the records do not have these columns."
            yield Finding(told, "counts.csv", do=_PUBLISHER)
            continue
        columns = [places[name] for name in split(fields)]
        sizes = [variables[column].cardinality for column in columns]
        if math.prod(sizes) > LARGEST_TABLE:
            yield Finding(
                f"Counts over {fields} are too many to be counted again.", "counts.csv", do=_PUBLISHER
            )
            continue
        table = _tabulated(codes.select(columns), sizes)
        for _, values, count, number in group:
            cell = 0
            for column, size, value in zip(columns, sizes, values.split(SEPARATOR), strict=False):
                cell = cell * size + index[column][value]
            if table[cell] != count:
                told = (
                    f"The records have {table[cell]:,} people with {fields} = {values}, the counts {count:,}."
                )
                yield Finding(told, "counts.csv", number, "count", str(count), do=_PUBLISHER)


def _coded(records: pa.Table, variables: Sequence[Variable]) -> pa.Table:
    """The records as codes, on the disk: there may be millions."""
    coded = Mapped(pa.schema([(item.name, pa.int16()) for item in variables]))
    for start in range(0, records.num_rows, ROWS):
        codes = encode(records.slice(start, ROWS), variables)
        coded.write(pa.record_batch([pa.array(column) for column in codes.T], schema=coded.schema))
    return coded.table()


def _tabulated(codes: pa.Table, sizes: Sequence[int]) -> npt.NDArray[np.int64]:
    """The table of counts over some columns, flat, the last column running fastest."""
    keys, start = np.zeros(codes.num_rows, np.int32), 0
    for batch in codes.to_batches():
        part = keys[start : (start := start + batch.num_rows)]
        for column, size in zip(batch.columns, sizes, strict=True):
            part *= size
            part += column.to_numpy()
    return np.bincount(keys, minlength=math.prod(sizes))
