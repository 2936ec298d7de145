"""Ingest, harmonise and count simulated cases: tiphub against plain pandas, in one run.

Usage: intake.py [SIZE ...] [--vault] [--keep FOLDER] [--memory GB]

Each size is measured in a process of its own, one after the other. Prints seconds, peak memory and whether
both gave the same counts; nothing is asserted. README.md says how to read it.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.table import Table

from tiphub.progress import Terminal
from tiphub.simulate import simulate_layout

HERE = Path(__file__).resolve().parent
SIZES = (100_000, 1_000_000, 10_000_000)
BY = ["accepted", "year_of_registration", "gender", "majority_status"]


@dataclass(frozen=True)
class Run:
    seconds: float
    peak: float
    counts: pd.DataFrame | None


def measure(script: str, source: Path, target: Path, memory: int) -> Run:
    """Run a script in a process of its own: seconds, peak memory in MB, its counts if it ended well.

    A process that needs more than ``memory`` bytes ends, so that the machine does not.
    """
    limit = f"import resource as r; r.setrlimit(r.RLIMIT_DATA, ({memory},) * 2);"
    start = f"import runpy, sys; sys.argv = {[script, str(source), str(target)]!r};"
    start += "runpy.run_path(sys.argv[0], run_name='__main__')"
    target.unlink(missing_ok=True)
    began = time.monotonic()
    process = subprocess.Popen([sys.executable, "-c", limit + start], stderr=subprocess.PIPE, cwd=HERE)
    assert process.stderr is not None
    last = process.stderr.read().decode().strip().splitlines()[-1:]
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.monotonic() - began
    if os.waitstatus_to_exitcode(status):
        Console(stderr=True).print(
            f"{Path(script).stem} gave up: {''.join(last) or 'ended from outside'}", highlight=False
        )
        return Run(seconds, used.ru_maxrss / 1024, None)
    return Run(seconds, used.ru_maxrss / 1024, pd.read_parquet(target))


def same(one: pd.DataFrame | None, other: pd.DataFrame | None) -> str:
    """Whether two runs counted the same, in all columns that both have."""
    if one is None or other is None:
        return "-"
    shared = [name for name in one if name in set(other) and name not in BY]
    keyed = [
        counts.assign(year_of_registration=counts.year_of_registration.astype(float).fillna(0))
        .fillna({"gender": "?", "majority_status": "?"})
        .set_index(BY)
        .sort_index()[shared]
        .astype(float)
        for counts in (one, other)
    ]
    return "yes" if keyed[0].equals(keyed[1]) else "NO"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "sizes", nargs="*", type=int, default=SIZES, metavar="SIZE", help="rows; default 10^5 10^6 10^7"
    )
    parser.add_argument(
        "--vault", action="store_true", help="also through the encrypted vault, as tiphub ingest does it"
    )
    parser.add_argument(
        "--keep", type=Path, help="keep the simulated files in this folder, and use those there"
    )
    parser.add_argument(
        "--memory", type=float, help="GB that a process may take; default 80%% of the machine's"
    )
    options = parser.parse_args()
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    memory = int(options.memory * 1e9 if options.memory else 0.8 * machine)
    table = Table("rows", "way", "seconds", "times pandas' speed", "peak MB", "same counts")
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for size in options.sizes:
            source = folder / f"cases-{size}.csv"
            if not source.exists():
                simulate_layout(source, "ctdc-2018", size, progress=Terminal())
            target = Path(temporary) / "counts.parquet"
            pandas = measure("intake_pandas.py", source, target, memory)
            ways = {
                "tiphub": "intake_tiphub.py",
                **({"tiphub, vault": "intake_vault.py"} if options.vault else {}),
            }
            runs = {
                "pandas": pandas,
                **{way: measure(script, source, target, memory) for way, script in ways.items()},
            }
            for way, run in runs.items():
                done = run.counts is not None
                ratio = f"{pandas.seconds / run.seconds:.1f}" if done and pandas.counts is not None else "-"
                seconds = f"{run.seconds:.1f}" if done else "gave up"
                table.add_row(
                    f"{size:,}", way, seconds, ratio, f"{run.peak:,.0f}", same(run.counts, pandas.counts)
                )
            if options.keep is None:
                source.unlink()
    Console().print(table)


if __name__ == "__main__":
    main()
