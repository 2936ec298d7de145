from pathlib import Path

import pyarrow.csv as pacsv
import pyarrow.parquet as papq
import pytest

from tiphub.engine import DuckDBEngine
from tiphub.errors import TiphubError
from tiphub.mapping import load_layout, open_standard
from tiphub.simulate import load_truth, simulate_layout
from tiphub.standard import load_standard


@pytest.mark.parametrize("layout", ["ctdc-2018", "ctdc-2024"])
def test_a_simulated_open_file_is_read_to_the_last_row(layout: str, tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    simulate_layout(path, layout, 3_000, seed=4)
    engine = DuckDBEngine()
    found = open_standard(path, layout, load_standard(), engine)
    assert (found.read, found.quarantined) == (3_000, 0)
    genders = found.table.gender.execute()
    engine.close()
    assert 0.70 < (genders[genders.isin(["woman", "man"])] == "woman").mean() < 0.77
    planted = load_truth().unknown["open_file"]["gender"]
    assert abs(genders.isna().mean() - planted) < 4 * (planted * (1 - planted) / 3_000) ** 0.5


def test_csv_and_parquet_hold_the_same_cases(tmp_path: Path) -> None:
    simulate_layout(tmp_path / "cases.csv", "ctdc-2024", 1_000, seed=4)
    simulate_layout(tmp_path / "cases.parquet", "ctdc-2024", 1_000, seed=4)
    table = papq.read_table(tmp_path / "cases.parquet")
    assert table.column_names == list(load_layout("ctdc-2024", load_standard()).columns)
    kinds = pacsv.ConvertOptions(column_types=table.schema, strings_can_be_null=True)
    assert pacsv.read_csv(tmp_path / "cases.csv", convert_options=kinds).equals(table)


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name, seed in (("one", 4), ("two", 4), ("three", 5)):
        simulate_layout(tmp_path / f"{name}.csv", "ctdc-2018", 500, seed=seed)
    one, two, three = ((tmp_path / f"{name}.csv").read_bytes() for name in ("one", "two", "three"))
    assert one == two != three


def test_an_ending_that_is_not_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TiphubError, match="Simulated files are"):
        simulate_layout(tmp_path / "cases.ods", "ctdc-2024", 10)
