"""Does the memory of ``tiphub synthesise`` grow with the rows?

Usage: dp_memory.py [--rows 250000 1000000 10000000] [--keep FOLDER]

Rows of a simulated file in the layout ``ctdc-2024`` (238,619 rows, 27 columns) are drawn again and again, so
that every size has the same tables. Each run is a process of its own. **seconds** is wall-clock time, **CPU
seconds** that of all processors, **peak MB** the largest resident memory; **own MB** is the largest part
of it that is its own: the rest are pages of files (libraries, and the records on the disk), which the
system drops when it needs the room. Own memory is looked at twenty times a second, on Linux alone.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tiphub.simulate import simulate_layout

SIMULATED = 238_619
AT_ONCE = 100_000


def redrawn(source: Path, target: Path, rows: int) -> None:
    """A file of so many rows of another, each drawn at random."""
    header, *lines = source.read_text("utf-8").splitlines(keepends=True)
    chosen = random.Random(1)
    with target.open("w", encoding="utf-8") as out:
        out.write(header)
        for start in range(0, rows, AT_ONCE):
            out.writelines(chosen.choices(lines, k=min(AT_ONCE, rows - start)))


def own(process: int) -> int:
    """Anonymous resident memory in kB; 0 where the system does not tell it."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("RssAnon")), 0)


def measured(words: list[str]) -> str:
    """What a run of ``tiphub`` took: seconds, seconds of processors, most memory, and most of its own."""
    start, most = time.perf_counter(), 0
    process = subprocess.Popen(
        [sys.executable, "-m", "tiphub", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while True:
        done, status, used = os.wait4(process.pid, os.WNOHANG)
        if done:
            break
        most = max(most, own(process.pid))
        time.sleep(0.05)
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(f"tiphub {' '.join(words)} failed")
    seconds, cpu = time.perf_counter() - start, used.ru_utime + used.ru_stime
    return f"{seconds:,.0f} | {cpu:,.0f} | {used.ru_maxrss / 1024:,.0f} | {most / 1024:,.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, nargs="+", default=[250_000, 1_000_000, 10_000_000])
    parser.add_argument("--keep", type=Path, help="a folder for the files, some 45 bytes a row")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = args.keep or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        simulated = work / "simulated.csv"
        if not simulated.exists():
            simulate_layout(simulated, "ctdc-2024", SIMULATED)
        print("| rows | seconds | CPU seconds | peak MB | own MB |\n| --- | --- | --- | --- | --- |")
        for rows in args.rows:
            file = work / f"{rows}.csv"
            if not file.exists():
                redrawn(simulated, file, rows)
            with tempfile.TemporaryDirectory(dir=work) as out:
                words = ["synthesise", str(file), "--layout", "ctdc-2024", "--years", "2002-2025"]
                print(f"| {rows:,} | {measured([*words, '--out', f'{out}/made'])} |", flush=True)


if __name__ == "__main__":
    main()
