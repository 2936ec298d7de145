"""Records and counts, as CSV and as Parquet, in an order that says nothing about where a row came from."""

import io
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from tiphub.release.schema import COUNTS, is_flag, is_integer, records_schema
from tiphub.standard import Variable


def typed_records(records: pa.Table, variables: Sequence[Variable]) -> pa.Table:
    """Give text records their published types, sorted by all columns so that their order carries nothing.

    Raises:
        pa.ArrowInvalid: a cell is no value of its column's type.
    """
    columns = {}
    for item in variables:
        cells = records.column(item.name).combine_chunks()
        if is_flag(item):
            known = pc.if_else(pc.equal(cells, "yes"), True, pc.if_else(pc.equal(cells, "no"), False, None))
            if known.null_count != cells.null_count:
                raise pa.ArrowInvalid(f"{item.name} holds something else than yes and no")
            columns[item.name] = known
        else:
            columns[item.name] = cells.cast(pa.int32()) if is_integer(item) else cells.cast(pa.string())
    table = pa.table(columns, schema=records_schema(variables))
    return table.take(pc.sort_indices(table, sort_keys=[(item.name, "ascending") for item in variables]))


def typed_counts(counts: pa.Table) -> pa.Table:
    """Give counts their published schema and order: by number of fields, then fields, then values."""
    table = counts.select(COUNTS.names).cast(COUNTS)
    width = pc.count_substring(table.column("fields"), "|")
    keys = table.append_column("width", width)
    order = pc.sort_indices(
        keys, sort_keys=[("width", "ascending"), ("fields", "ascending"), ("values", "ascending")]
    )
    return table.take(order)


def as_csv(table: pa.Table) -> bytes:
    """Write a table as CSV: UTF-8, commas, one line a row, unknown empty, flags yes and no.

    Raises:
        pa.ArrowInvalid: a cell would need quoting, which no code does.
    """
    plain = {
        name: pc.if_else(column, "yes", "no") if pa.types.is_boolean(column.type) else column
        for name, column in zip(table.column_names, table.columns, strict=True)
    }
    options = pyarrow.csv.WriteOptions(include_header=False, quoting_style="none")
    out = io.BytesIO()
    out.write((",".join(table.column_names) + "\n").encode())
    pyarrow.csv.write_csv(pa.table(plain), out, options)
    return out.getvalue()


def as_parquet(table: pa.Table) -> bytes:
    """Write a table as Parquet, without the writer's own notes in it."""
    out = io.BytesIO()
    pq.write_table(table.replace_schema_metadata(None), out, compression="zstd", store_schema=False)
    return out.getvalue()
