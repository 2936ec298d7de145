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

_AGAIN = "Fetch the release again, or ask its publisher."


def read_records_csv(path: Path, variables: Sequence[Variable]) -> tuple[pa.Table | None, list[Finding]]:
    """The records of ``records.csv`` with their published types, or what is wrong with them."""
    table, findings = _typed(path, records_schema(variables))
    if table is not None and all(_in_domain(table.column(item.name), item) for item in variables):
        return table, []
    named = list(itertools.islice(_records_defects(path, variables), MOST))
    return None, named or findings


def _in_domain(cells: pa.ChunkedArray, item: Variable) -> bool:
    if is_flag(item):
        return True
    known = pa.array(item.values, pa.string()).cast(cells.type)
    return pc.all(pc.is_in(cells.drop_null(), value_set=known)).as_py() is not False


def read_counts_csv(path: Path) -> tuple[pa.Table | None, list[Finding]]:
    """The counts of ``counts.csv``, or what is wrong with them."""
    table, findings = _typed(path, COUNTS)
    named = list(itertools.islice(_counts_defects(path), MOST))
    return (None, named or findings) if named or findings else (table, [])


def read_parquet(path: Path, schema: pa.Schema, most_rows: int) -> tuple[pa.Table | None, list[Finding]]:
    """A Parquet file of the given schema; one that claims more than ``most_rows`` rows is not read."""
    try:
        file = pq.ParquetFile(path)
        if file.metadata.num_rows != most_rows:
            told = f"It has {amount(file.metadata.num_rows, 'row')}, the CSV has {most_rows:,}."
            return None, [Finding(told, path.name, do=_AGAIN)]
        if [(f.name, f.type) for f in file.schema_arrow] != [(f.name, f.type) for f in schema]:
            return None, [
                Finding("Its columns or their types are not those of the codebook.", path.name, do=_AGAIN)
            ]
        return file.read().cast(schema), []
    except (pa.ArrowException, OSError, ValueError) as error:
        return None, [Finding(f"It cannot be read: {str(error)[:200]}.", path.name, do=_AGAIN)]


def _typed(path: Path, schema: pa.Schema) -> tuple[pa.Table | None, list[Finding]]:
    options = pyarrow.csv.ConvertOptions(
        column_types=schema,
        null_values=[""],
        true_values=["yes"],
        false_values=["no"],
        strings_can_be_null=any(field.nullable and pa.types.is_string(field.type) for field in schema),
    )
    lines = pyarrow.csv.ParseOptions(ignore_empty_lines=False)
    try:
        table = pyarrow.csv.read_csv(path, parse_options=lines, convert_options=options)
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


def differences(left: pa.Table, right: pa.Table, file: str) -> list[Finding]:
    """Where two tables of one schema and length differ: the first places, row by row of the CSV."""
    findings = []
    for name in left.column_names:
        one, other = left.column(name).combine_chunks(), right.column(name).combine_chunks()
        if one.equals(other):
            continue
        same = pc.fill_null(pc.equal(one, other), False)
        both_unknown = pc.and_(pc.is_null(one), pc.is_null(other))
        rows = pc.indices_nonzero(pc.invert(pc.or_(same, both_unknown)))
        for row in rows.slice(0, MOST).to_pylist():
            told = f"The Parquet file has {other[row].as_py()!r} where the CSV has {one[row].as_py()!r}."
            findings.append(Finding(told, file, row + 2, name, str(one[row].as_py()), do=_AGAIN))
    return sorted(findings, key=lambda finding: finding.row or 0)[:MOST]
