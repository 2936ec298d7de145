"""What is made lies on the disk: memory does not grow with the number of people."""

import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pytest

from tiphub.progress import Silent
from tiphub.release import tables as read
from tiphub.standard.variables import Codes, decode, pack, packed_schema
from tiphub.tabular.mapped import Mapped
from tiphub.vault.s4_protect import Population, Protected
from tiphub.vault.s4_protect.dp import DifferentialPrivacy, SeededNoiseForTests, synthesis
from tiphub.vault.s4_protect.dp.synthesis import Effort
from tiphub.vault.s6_publish import tables as write
from vault.dp_people import columns, people, standard

EFFORT = Effort(groups=10, steps=5, rounds=2)
PIECE = people(2_000)


@dataclass(frozen=True)
class Made:
    """What was made of some people, and bytes of memory: the most at once, and what is still held."""

    protected: Protected
    most: int
    held: int


def made(pieces: int) -> Made:
    def batches() -> Iterator[Codes]:
        return (PIECE for _ in range(pieces))

    method = DifferentialPrivacy(
        rho=Fraction(4),
        delta=1e-6,
        standard=standard(),
        noise=SeededNoiseForTests(1),
        effort=EFFORT,
        seed_for_tests=1,
    )
    population = Population(variables=columns(), quasi_identifiers=(), batches=batches)
    before = pa.total_allocated_bytes()
    tracemalloc.start()
    try:
        protected = method.protect(population, progress=Silent())
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return Made(protected, most, pa.total_allocated_bytes() - before)


def test_memory_does_not_grow_with_the_records(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(synthesis, "AT_ONCE", 2_000)
    made(2)
    few, many = made(5), made(50)
    more = many.protected.records.num_rows - few.protected.records.num_rows
    assert more > 80_000
    assert many.most - few.most < more
    assert many.held - few.held < more


def written_and_read(folder: Path, pieces: int) -> int:
    """Publish the tables of some people and read them again; gives the most that Arrow held at once."""
    mapped = Mapped(packed_schema(columns()))
    for _ in range(pieces):
        mapped.write(pack(PIECE, columns()))
    loose, usual = mapped.table(), pa.default_memory_pool()
    pool = pa.proxy_memory_pool(usual)
    pa.set_memory_pool(pool)
    try:
        records = write.typed_records(loose, columns(), folder)
        write.write_csv(records, folder / "records.csv")
        write.write_parquet(records, folder / "records.parquet")
        again, findings = read.read_records_csv(folder / "records.csv", columns())
        assert again is not None
        assert not findings
        assert again.num_rows == loose.num_rows
        schema = read.records_schema(columns())
        assert not read.differences(again, folder / "records.parquet", schema)
    finally:
        pa.set_memory_pool(usual)
    return pool.max_memory()


def test_a_release_is_written_and_checked_some_rows_at_a_time(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for module in (write, read):
        monkeypatch.setattr(module, "ROWS", 4_096)
    monkeypatch.setattr(read, "BLOCKS", pyarrow.csv.ReadOptions(use_threads=False, block_size=2**17))
    few, many = written_and_read(tmp_path, 100), written_and_read(tmp_path, 300)
    assert many < 1.2 * few
    assert sorted(path.name for path in tmp_path.iterdir()) == ["records.csv", "records.parquet"]


def test_packed_records_are_the_same_text() -> None:
    packed = pa.Table.from_batches([pack(PIECE, columns())])
    assert packed.cast(decode(PIECE, columns()).schema).equals(decode(PIECE, columns()))
