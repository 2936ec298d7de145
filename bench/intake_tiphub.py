"""The work of `intake.py` as tiphub does it: read, harmonise, check, count, in one stream."""

import sys
from pathlib import Path

import ibis

from tiphub.engine import DuckDBEngine
from tiphub.mapping import harmonise, load_layout, read_options
from tiphub.standard import load_standard
from tiphub.tabular import open_table

BY = ["year_of_registration", "gender", "majority_status"]


def main(source: Path, target: Path) -> None:
    standard = load_standard()
    layout = load_layout("ctdc-2018", standard)
    with DuckDBEngine() as engine:
        raw = open_table(source, read_options(layout.mapping))
        cases = harmonise(engine.register("raw", raw.reader()), layout.mapping, standard)
        cases = cases.mutate(accepted=cases.problems.length() == 0)
        flags = [name for name, column in standard.columns.items() if column.group]
        counts = cases.group_by(["accepted", *BY]).aggregate(
            records=cases.count(), **{name: cases[name].sum().fill_null(0) for name in flags}
        )
        counts.order_by([ibis.asc(name, nulls_first=True) for name in ["accepted", *BY]]).to_parquet(target)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
