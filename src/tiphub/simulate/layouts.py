"""Fictional open files in a published layout, of any size: for benchmarks and for work on protection."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as papq

from tiphub.errors import TiphubError
from tiphub.mapping import load_layout, write_layout
from tiphub.progress import Progress, Silent
from tiphub.simulate.population import draw_chunks
from tiphub.simulate.sightings import leave_gaps
from tiphub.simulate.truth import Truth, load_truth
from tiphub.standard import load_standard

_HOTLINE = 0.23
"""Share of cases that came by a hotline."""


def simulate_layout(
    path: Path,
    layout: str,
    rows: int,
    *,
    seed: int = 1,
    truth: Truth | None = None,
    progress: Progress | None = None,
) -> None:
    """Write fictional cases as an open file in a layout, with gaps as such files have them.

    Args:
        path: ends in ``.csv`` or ``.parquet`` (all columns text); is overwritten.
        layout: a layout of the standard, such as ``ctdc-2024``.
        rows: how many; memory does not grow with them.
        seed: the same seed gives the same cases.
        truth: the planted parameters; those of ``truth.yml`` by default.
        progress: listens to the rows.

    Raises:
        TiphubError: there is no such layout, or the file's ending is another.
    """
    schema = pa.schema([(name, pa.string()) for name in load_layout(layout, load_standard()).columns])
    with _writer(path, schema) as writer, (progress or Silent()).stage(f"simulate {path.name}", rows) as task:
        for chunk in _chunks(layout, rows, seed, truth or load_truth()):
            writer.write_table(chunk)
            task.advance(chunk.num_rows)


def _chunks(layout: str, rows: int, seed: int, truth: Truth) -> Iterator[pa.Table]:
    standard = load_standard()
    form = load_layout(layout, standard)
    for number, people in enumerate(draw_chunks(rows, seed=seed, truth=truth)):
        rng = np.random.default_rng([seed, 0, 3, number])
        known = leave_gaps(rng, truth, standard, people, "open_file")
        hotline = rng.random(known.num_rows) < _HOTLINE
        source = pa.array(["case_management", "hotline"]).take(pa.array(hotline.astype(np.int8)))
        yield write_layout(known.append_column("source_kind", source), form, standard)[0]


def _writer(path: Path, schema: pa.Schema) -> AbstractContextManager[pacsv.CSVWriter | papq.ParquetWriter]:
    options = pacsv.WriteOptions(quoting_style="none")
    kinds: dict[str, Callable[[], AbstractContextManager[pacsv.CSVWriter | papq.ParquetWriter]]] = {
        ".csv": lambda: pacsv.CSVWriter(path, schema, write_options=options),
        ".parquet": lambda: papq.ParquetWriter(path, schema, compression="zstd"),
    }
    if path.suffix not in kinds:
        raise TiphubError(
            f"Simulated files are {' or '.join(kinds)}.", where=str(path), do="Choose such an ending."
        )
    return kinds[path.suffix]()
