"""CSV and its kin, streamed through Arrow's reader with every troublesome row kept."""

import codecs
import io
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pacsv

from tiphub.amount import amount
from tiphub.errors import TiphubError
from tiphub.tabular import rows
from tiphub.tabular.dialect import Dialect, find_dialect
from tiphub.tabular.encoding import find_encoding
from tiphub.tabular.header import clean_header
from tiphub.tabular.model import Origin, RawTable, ReadOptions
from tiphub.tabular.source import HEAD, LONGEST_LINE, Source, survey
from tiphub.tabular.stream import Utf8Stream

_PROBE = "\ue000tiphub: the end of the file\ue000"
"""The last row that the reader is given: where it does not come back whole, a quote stands open."""
Numbers = npt.NDArray[np.int64]


def open_delimited(source: Source, options: ReadOptions) -> RawTable:
    """Open a delimited text: read it through once, and find its encoding, delimiter and header.

    Raises:
        TiphubError: it cannot be read as a whole.
    """
    seen = survey(source)
    encoding = find_encoding(seen, options.encoding, where=source.name)
    head = (
        codecs.getincrementaldecoder(encoding.name)(errors="replace").decode(seen.head).removeprefix("\ufeff")
    )
    if not head.strip():
        raise TiphubError("The file is empty.", where=source.name, do="Ask the agency to export it again.")
    dialect = find_dialect(
        head,
        delimiter=options.delimiter,
        header_row=options.header_row,
        complete=len(seen.head) < HEAD,
        where=source.name,
    )
    columns = clean_header(dialect.header, where=f"{source.name}, row {dialect.header_row}")
    origin = Origin(
        name=source.name,
        sha256=seen.sha256,
        size=seen.size,
        format="csv",
        encoding=encoding.name,
        delimiter=dialect.delimiter,
        compression=source.compression,
        header_row=dialect.header_row,
        quote=dialect.quote,
        notes=_notes(encoding.note, dialect, columns, options),
    )
    skip = options.skip_rows or ((dialect.header_row + 1,) if dialect.labels else ())
    table = RawTable(origin, columns, _Reader(source, encoding.name, dialect, columns, skip).batches)
    if not any(batch.num_rows for batch in table.batches()):
        raise TiphubError(
            "The file has a header and no rows.", where=source.name, do="Ask the agency to export it again."
        )
    return table


def _notes(
    encoding: str | None, dialect: Dialect, columns: tuple[str, ...], options: ReadOptions
) -> tuple[str, ...]:
    notes = [encoding] if encoding else []
    if dialect.header_row > 1 and options.header_row is None:
        notes.append(
            f"row {dialect.header_row} is taken as the header; the rows above it are left aside as titles"
        )
    if options.delimiter is None and len(columns) == 1:
        notes.append("no delimiter was found: the file is read as one column")
    if dialect.quote != '"':
        notes.append(f"cells are quoted with {dialect.quote}")
    if dialect.escape:
        notes.append(f"quotes within cells are escaped with {dialect.escape}")
    if dialect.labels and not options.skip_rows:
        notes.append(f"row {dialect.header_row + 1} repeats the header as labels and is left aside")
    if options.skip_rows:
        notes.append(f"rows {', '.join(map(str, options.skip_rows))} are left aside, as declared")
    return tuple(notes)


@dataclass(frozen=True)
class _Reader:
    source: Source
    encoding: str
    dialect: Dialect
    columns: tuple[str, ...]
    skip: tuple[int, ...]

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Read the file from its beginning."""
        last_line = self.dialect.delimiter.join([_PROBE] * len(self.columns))
        text = Utf8Stream(self.source, self.encoding, self.dialect.quote, last_line)
        bad: deque[pacsv.InvalidRow] = deque()
        place = self.dialect.header_row + 1
        try:
            for batch in self._arrow(text, bad):
                numbers = _number(place, batch.num_rows, bad)
                place = _after(int(numbers[-1]) + 1 if batch.num_rows else place, bad)
                yield self._finish(batch, numbers, _take(bad, place), text)
        except pa.ArrowInvalid as error:
            if "straddling" not in str(error):
                raise
            place = _after(place, bad)
            raise TiphubError(
                f"A quote opens in row {place:,} and is not closed within {LONGEST_LINE >> 20} MB.",
                where=f"{self.source.name}, row {place:,}",
                do="Close the quote there, or export the file again.",
            ) from None

    def _arrow(self, text: Utf8Stream, bad: deque[pacsv.InvalidRow]) -> Iterator[pa.RecordBatch]:
        def keep(row: pacsv.InvalidRow) -> str:
            bad.append(row)
            return "skip"

        yield from pacsv.open_csv(
            io.BufferedReader(text, LONGEST_LINE),
            pacsv.ReadOptions(
                use_threads=False,  # rows are numbered only then
                block_size=LONGEST_LINE,
                column_names=self.columns,
                skip_rows_after_names=self.dialect.header_row,
            ),
            pacsv.ParseOptions(
                delimiter=self.dialect.delimiter,
                quote_char=self.dialect.quote,
                escape_char=self.dialect.escape or False,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=keep,
            ),
            pacsv.ConvertOptions(
                column_types=dict.fromkeys(self.columns, pa.string()),
                strings_can_be_null=True,
                null_values=[""],
                check_utf8=False,  # the stream has seen to it
            ),
        )

    def _finish(
        self, batch: pa.RecordBatch, numbers: Numbers, bad: list[pacsv.InvalidRow], text: Utf8Stream
    ) -> pa.RecordBatch:
        """Tell what is wrong with rows of the right width, and put the others in their places."""
        table = rows.assemble(numbers, self._defects(batch, text), batch.columns, self.columns)
        if batch.num_rows:
            table = self._without_probe(table)
        if bad:
            table = rows.in_order(table, self._keep(bad))
        if self.skip:
            table = table.filter(pa.array(~np.isin(np.asarray(table.column(0)), self.skip)))
        return table

    def _defects(self, batch: pa.RecordBatch, text: Utf8Stream) -> pa.Array:
        defects = np.full(batch.num_rows, None, dtype=object)
        defects[rows.empty_rows(batch.columns)] = rows.EMPTY
        if text.damaged:
            defects[rows.containing(batch.columns, "\x00")] = rows.NUL
            defects[rows.containing(batch.columns, "\ufffd")] = rows.DAMAGED
        if text.quoted:
            for position in np.flatnonzero(rows.containing(batch.columns, "\n")):
                cells = [column[int(position)].as_py() for column in batch.columns]
                if lines := rows.swallowed_lines(cells, self.dialect.delimiter):
                    defects[position] = _swallowed(lines)
        return pa.array(defects, pa.string())

    def _without_probe(self, table: pa.RecordBatch) -> pa.RecordBatch:
        *_, last = table.slice(table.num_rows - 1).to_pylist()
        cells = [last[name] for name in self.columns]
        if not any(_PROBE in cell for cell in cells if cell):
            return table
        above = table.slice(0, table.num_rows - 1)
        if all(cell == _PROBE for cell in cells):
            return above
        kept = [cell and (cell.partition(_PROBE)[0].removesuffix("\n") or None) for cell in cells]
        return rows.in_order(above, rows.of_lists([(last["_row"], _UNCLOSED, kept)], self.columns))

    def _keep(self, bad: list[pacsv.InvalidRow]) -> pa.RecordBatch:
        kept = []
        for row in bad:
            text, probe, _ = row.text.partition(_PROBE)
            cells = rows.split_record(
                text.removesuffix("\n") if probe else text,
                len(self.columns),
                delimiter=self.dialect.delimiter,
                quote=self.dialect.quote,
                escape=self.dialect.escape,
            )
            defect = _UNCLOSED if probe else _wrong_width(row)
            kept.append((row.number, defect, cells))
        return rows.of_lists(kept, self.columns)


_UNCLOSED = "a quote opens in this row and is never closed: the rest of the file was read as part of it"


def _swallowed(lines: int) -> str:
    return f"a quote in this row seems not to be closed: {lines} more rows were read as part of it"


def _wrong_width(row: pacsv.InvalidRow) -> str:
    defect = f"{amount(row.actual_columns, 'cell')} where the header has {row.expected_columns}"
    breaks = row.text.count("\n")
    return (
        f"{defect}; a quote seems not to be closed: the row runs over {breaks + 1} lines"
        if breaks
        else defect
    )


def _number(place: int, count: int, bad: Sequence[pacsv.InvalidRow]) -> Numbers:
    """The numbers of ``count`` good rows from ``place`` on: those that no bad row has."""
    taken = np.array([row.number for row in bad if row.number >= place], dtype=np.int64)
    numbers = place + np.arange(count, dtype=np.int64)
    return numbers + np.searchsorted(taken - np.arange(taken.size), numbers, side="right")


def _after(place: int, bad: Sequence[pacsv.InvalidRow]) -> int:
    """The place behind the bad rows that stand at ``place``."""
    for row in bad:
        if row.number > place:
            break
        place = max(place, row.number + 1)
    return place


def _take(bad: deque[pacsv.InvalidRow], place: int) -> list[pacsv.InvalidRow]:
    """Take the bad rows before ``place`` out of the queue."""
    taken = []
    while bad and bad[0].number < place:
        taken.append(bad.popleft())
    return taken
