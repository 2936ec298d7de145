"""Read a release's CSV and Parquet files as what they have to be, and say where they are not."""

import csv
import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from tiphub.amount import amount
from tiphub.release.finding import MOST, Finding
from tiphub.release.schema import COUNTS, is_flag, is_integer, records_schema
from tiphub.standard import Variable
from tiphub.tabular.mapped import Mapped

_AGAIN = "Fetch the release again, or ask its publisher."


ROWS = 2**17
"""Rows that are looked at together."""


def read_records_csv(path: Path, variables: Sequence[Variable]) -> tuple[pa.Table | None, list[Finding]]:
    """The records of ``records.csv`` with their published types, or what is wrong with them.

    Text is by dictionary. They lie on the disk (see `Mapped`): whoever reads them takes a slice at a time.
    """
    schema, findings = records_schema(variables), list[Finding]()
    kinds = [pa.dictionary(pa.int16(), kind) if pa.types.is_string(kind) else kind for kind in schema.types]
    try:
        records = Mapped(pa.schema(zip(schema.names, kinds, strict=True)))
        for batch in pyarrow.csv.open_csv(path, BLOCKS, _LINES, _options(schema)):
            cells = [
                _packed(cells, item)
                for cells, item in zip(batch.cast(schema).columns, variables, strict=True)
            ]
            records.write(pa.record_batch(cells, schema=records.schema))
        return records.table(), []
    except (pa.ArrowException, OSError, ValueError) as error:
        findings = [Finding(f"It cannot be read: {str(error)[:200]}.", path.name, do=_AGAIN)]
    named = list(itertools.islice(_records_defects(path, variables), MOST))
    return None, named or findings


def _packed(cells: pa.Array, item: Variable) -> pa.Array:
    """Cells with text by dictionary.

    Raises:
        ValueError: a cell is outside the domain.
    """
    if is_flag(item):
        return cells
    known = pa.array(item.values, pa.string())
    places = pc.index_in(cells, value_set=known.cast(cells.type))
    if places.null_count != cells.null_count:
        raise ValueError(f"{item.name} holds a value outside its domain")
    return cells if is_integer(item) else pa.DictionaryArray.from_arrays(places.cast(pa.int16()), known)


def read_counts_csv(path: Path) -> tuple[pa.Table | None, list[Finding]]:
    """The counts of ``counts.csv``, or what is wrong with them."""
    table, findings = _typed(path, COUNTS)
    named = list(itertools.islice(_counts_defects(path), MOST))
    return (None, named or findings) if named or findings else (table, [])


def read_parquet(path: Path, schema: pa.Schema, rows: int) -> Iterator[pa.Table]:
    """A Parquet file of the given schema and number of rows, some rows at a time.

    Raises:
        ValueError: it is none; one that claims another number of rows is not read.
    """
    try:
        file = pq.ParquetFile(path)
        if file.metadata.num_rows != rows:
            raise ValueError(f"It has {amount(file.metadata.num_rows, 'row')}, the CSV has {rows:,}.")
        if [(f.name, f.type) for f in file.schema_arrow] != [(f.name, f.type) for f in schema]:
            raise ValueError("Its columns or their types are not those of the codebook.")
        for batch in file.iter_batches(batch_size=ROWS):
            yield pa.Table.from_batches([batch]).cast(schema)
    except (pa.ArrowException, OSError) as error:
        raise ValueError(f"It cannot be read: {str(error)[:200]}.") from None


BLOCKS = pyarrow.csv.ReadOptions(use_threads=False, block_size=2**20)
"""Arrow reads up to 32 blocks ahead of who takes the rows."""
_LINES = pyarrow.csv.ParseOptions(ignore_empty_lines=False)


def _options(schema: pa.Schema) -> pyarrow.csv.ConvertOptions:
    return pyarrow.csv.ConvertOptions(
        column_types=schema,
        null_values=[""],
        true_values=["yes"],
        false_values=["no"],
        strings_can_be_null=any(field.nullable and pa.types.is_string(field.type) for field in schema),
    )


def _typed(path: Path, schema: pa.Schema) -> tuple[pa.Table | None, list[Finding]]:
    try:
        table = pyarrow.csv.read_csv(path, parse_options=_LINES, convert_options=_options(schema))
        return table.cast(schema), []
    except (pa.ArrowException, OSError, ValueError) as error:
        return None, [Finding(f"It cannot be read: {str(error)[:200]}.", path.name, do=_AGAIN)]


def _rows(path: Path, header: Sequence[str]) -> Iterator[tuple[int, list[str]] | Finding]:
    """The rows of a CSV file with their numbers; a defect of the file as a whole ends them."""
    number = 0
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            for number, cells in enumerate(csv.reader(stream, strict=True), start=1):
                if number == 1:
                    if cells != list(header):
                        yield Finding("The header is not the codebook's columns.", path.name, 1, do=_AGAIN)
                        return
                elif len(cells) != len(header):
                    told = f"The row has {amount(len(cells), 'cell')}, the header {len(header)}."
                    yield Finding(told, path.name, number, do=_AGAIN)
                else:
                    yield number, cells
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        yield Finding(f"It cannot be read: {str(error)[:200]}.", path.name, number + 1, do=_AGAIN)
        return
    if number == 0:
        yield Finding("The file is empty.", path.name, do=_AGAIN)


def _records_defects(path: Path, variables: Sequence[Variable]) -> Iterator[Finding]:
    domains = [frozenset((*item.values, "")) for item in variables]
    for entry in _rows(path, [item.name for item in variables]):
        if isinstance(entry, Finding):
            yield entry
            continue
        number, cells = entry
        for item, domain, cell in zip(variables, domains, cells, strict=True):
            if cell not in domain:
                told = f"{cell[:80]!r} is no value of {item.name}."
                yield Finding(told, path.name, number, item.name, cell, do=_values(item))


def _values(item: Variable) -> str:
    if is_integer(item) and not is_flag(item):
        return f"It has to be a number from {item.values[0]} to {item.values[-1]}, or empty."
    known = ", ".join(item.values[:6]) + (" and so on (see codebook.json)" if len(item.values) > 6 else "")
    return f"It has to be one of {known}, or empty."


def _counts_defects(path: Path) -> Iterator[Finding]:
    for entry in _rows(path, COUNTS.names):
        if isinstance(entry, Finding):
            yield entry
            continue
        number, cells = entry
        if not cells[2].isdecimal():
            yield Finding(
                "A count has to be a whole number.", path.name, number, "count", cells[2], do=_AGAIN
            )
        for name, cell in zip(COUNTS.names[3:], cells[3:], strict=True):
            if cell and not _is_number(cell):
                yield Finding(
                    f"{name} has to be a number or empty.", path.name, number, name, cell, do=_AGAIN
                )


def _is_number(text: str) -> bool:
    try:
        return float(text) == float(text)
    except ValueError:
        return False


def differences(csv: pa.Table, parquet: Path, schema: pa.Schema) -> list[Finding]:
    """Where a Parquet file differs from what was read of the CSV file beside it: the first places."""
    findings: list[Finding] = []
    start = 0
    try:
        for other in read_parquet(parquet, schema, csv.num_rows):
            one = csv.slice(start, other.num_rows).cast(schema)
            if not one.equals(other):
                findings += _differing(one, other, start, parquet.with_suffix(".csv").name)
            if len(findings) >= MOST:
                break
            start += other.num_rows
    except ValueError as error:
        return [Finding(str(error), parquet.name, do=_AGAIN)]
    return findings[:MOST]


def _differing(left: pa.Table, right: pa.Table, start: int, file: str) -> list[Finding]:
    findings = []
    for name in left.column_names:
        one, other = left.column(name).combine_chunks(), right.column(name).combine_chunks()
        same = pc.fill_null(pc.equal(one, other), False)
        both_unknown = pc.and_(pc.is_null(one), pc.is_null(other))
        rows = pc.indices_nonzero(pc.invert(pc.or_(same, both_unknown)))
        for row in rows.slice(0, MOST).to_pylist():
            told = f"The Parquet file has {other[row].as_py()!r} where the CSV has {one[row].as_py()!r}."
            findings.append(Finding(told, file, start + row + 2, name, str(one[row].as_py()), do=_AGAIN))
    return sorted(findings, key=lambda finding: finding.row or 0)
