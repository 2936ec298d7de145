"""Synthetic records of one data file, in the file's own layout, without a hub."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from tiphub.engine import DuckDBEngine, spilling
from tiphub.engine.protocol import BATCH_ROWS
from tiphub.errors import TiphubError
from tiphub.mapping import Layout, in_sets, layout_variables, layout_words, open_standard, write_layout
from tiphub.progress import Progress
from tiphub.standard import Standard, Variable, encode
from tiphub.standard.variables import Codes
from tiphub.vault.s4_protect import Population
from tiphub.vault.s4_protect.dp import DifferentialPrivacy
from tiphub.vault.s4_protect.dp.synthesis import Effort
from tiphub.vault.units import of_records

_MEMORY = "300MB"
"""For the true rows; what does not fit lies encrypted on the disk."""


@dataclass(frozen=True)
class Synthesis:
    """What may be passed on, and what may not: how many rows were ``read`` and ``quarantined``.

    ``pieces`` gives the records, ``number`` in all, as text cells in the layout's columns, some at a time,
    since they lie on the disk; ``counts`` use the layout's columns and words. ``outside`` says by column how
    many cells lay outside the declared domain and became unknown: it may not be passed on either.
    ``left_out`` are the file's columns that the layout does not have.
    """

    number: int
    pieces: Callable[[], Iterator[pa.Table]]
    counts: pa.Table
    statement: dict[str, object]
    read: int
    quarantined: int
    outside: Mapping[str, int]
    left_out: tuple[str, ...]


def synthesise(
    file: Path,
    layout: str,
    *,
    rho: Fraction,
    delta: float,
    years: tuple[int, int],
    standard: Standard,
    progress: Progress,
    effort: Effort | None = None,
    folder: Path | None = None,
    sheet: str | None = None,
) -> Synthesis:
    """Make synthetic records and noisy counts of a data file.

    Args:
        file: the true records.
        layout: how to read them, and how to write what comes out.
        rho: the budget, in zero-concentrated differential privacy.
        delta: only to say the same as (epsilon, delta).
        years: the first and last year that the file may tell, declared and not read off it.
        standard: what the columns mean.
        progress: listens to the stages.
        effort: how long to fit the records, if not as long as a release is worth.
        folder: where the records lie until they are written (see `tiphub.tabular.mapped`), and true rows that
            memory does not hold, encrypted.
        sheet: which one of a spreadsheet, if not the first that is filled.

    Raises:
        TiphubError: the file cannot be read, has too few people for the budget, or so many that delta says
            nothing (held against the noisy number of people).
    """
    with spilling(folder, memory_limit=_MEMORY, threads=4) as engine:
        read = open_standard(file, layout, standard, engine, sheet=sheet)
        opened, standard = in_sets(read, standard)
        variables = layout_variables(opened.layout, standard, years=years)
        table = engine.view("_in_domain", _in_domain(opened.table, variables, standard))
        outside = _outside(engine, opened.table, table)

        def batches() -> Iterator[Codes]:
            for batch in engine.batches(table):
                yield encode(batch, variables)

        population = Population(variables=variables, quasi_identifiers=(), batches=batches)
        method = DifferentialPrivacy(
            rho=rho,
            delta=delta,
            standard=standard,
            into="unknown",
            requires=False,
            doubt=True,
            effort=effort,
            answered=False,
            folder=folder,
        )
        protected = method.protect(population, progress=progress)
    if delta * protected.records.num_rows > 1:
        raise TiphubError(
            f"A delta of {delta:g} is more than 1 in the number of people: it promises nothing.",
            do="Nothing was written. Choose a smaller delta.",
        )

    def pieces() -> Iterator[pa.Table]:
        for start in range(0, protected.records.num_rows, BATCH_ROWS):
            piece = _typed(protected.records.slice(start, BATCH_ROWS), standard)
            yield write_layout(piece, opened.layout, standard)[0]

    return Synthesis(
        number=protected.records.num_rows,
        pieces=pieces,
        counts=_in_words(protected.counts, variables, opened.layout, standard),
        statement=of_records(protected.statement, opened.layout.record),
        read=opened.read,
        quarantined=opened.quarantined,
        outside=outside,
        left_out=read.left_out,
    )


def _in_domain(table: ir.Table, variables: Sequence[Variable], standard: Standard) -> ir.Table:
    """The variables' columns; what lies outside a declared domain is unknown."""
    columns = {}
    for item in variables:
        cells = table[item.name]
        if standard.columns[item.name].kind == "flag":
            inside = (
                cells
                if item.values == ("no", "yes")
                else (cells == (item.values == ("yes",))).ifelse(cells, None)
            )
        elif standard.columns[item.name].kind == "integer":
            first, last = int(item.values[0]), int(item.values[-1])
            inside = cells.between(first, last).ifelse(cells, ibis.null("int32"))
        else:
            inside = cells.isin(item.values).ifelse(cells, ibis.null("string"))
        columns[item.name] = inside
    return table.select(**columns)


def _outside(engine: DuckDBEngine, opened: ir.Table, inside: ir.Table) -> Mapping[str, int]:
    """By column, how many known cells the declared domain has no place for."""
    known = [
        next(engine.batches(table.aggregate(**{name: table[name].count() for name in inside.columns})))
        for table in (opened, inside)
    ]
    before, after = (batch.to_pylist()[0] for batch in known)
    return {name: before[name] - after[name] for name in inside.columns if before[name] > after[name]}


def _typed(records: pa.Table, standard: Standard) -> pa.Table:
    columns = {}
    for name in records.column_names:
        cells = records.column(name).cast(pa.string())
        if standard.columns[name].kind == "flag":
            cells = pc.equal(cells, "yes")
        elif standard.columns[name].kind == "integer":
            cells = cells.cast(pa.int32())
        columns[name] = cells
    return pa.table(columns)


def _in_words(
    counts: pa.Table, variables: Sequence[Variable], layout: Layout, standard: Standard
) -> pa.Table:
    """Counts in the layout's words; those of columns that the layout does not have are left out."""
    words = {item.name: layout_words(layout, standard, item) for item in variables}
    words[""] = ("", {"": ""})
    fields = counts.column("fields").combine_chunks().dictionary_encode()
    asked = [names.split("|") for names in fields.dictionary.to_pylist()]
    columns = [
        "|".join(words[name][0] for name in names) if words.keys() >= {*names} else None for names in asked
    ]
    told = pa.array(columns, pa.string()).take(fields.indices)
    own = pc.is_valid(told)
    counts, told = counts.filter(own), told.filter(own)
    names, codes = (
        pc.split_pattern(counts.column(name).combine_chunks(), "|") for name in ("fields", "values")
    )
    known = {f"{name}={code}": text for name, (_, texts) in words.items() for code, text in texts.items()}
    keys = pc.binary_join_element_wise(names.flatten(), codes.flatten(), "=")
    places = pc.index_in(keys, pa.array(known, pa.string()))
    texts = pa.array(known.values(), pa.string()).take(places)
    values = pc.binary_join(pa.ListArray.from_arrays(codes.offsets, texts), "|")
    return counts.set_column(0, "fields", told).set_column(1, "values", values)
