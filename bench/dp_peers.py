"""tiphub's synthetic records against the peer's, pac-synth 0.0.8, on the same files in one run.

Usage: dp_peers.py --shared ../shared [--files 2018 2024 pairs simulated] [--rows 238619] [--epsilon 1 4 12]
                   [--peer default fair lists | none] [--keep FOLDER]

``--shared`` holds ``bench/accuracy.py`` and ``bench/peer_pacsynth.py`` (what is measured, and how the peer
is run) and ``data/`` (the real files). The peer gets a virtual environment of its own in a temporary folder.
Each real file goes through its layout first, so that both read the same cells. Delta is 1 / (n ln n), as the
peer's. Every run is a process of its own. ``made in`` are the wall-clock seconds from the table to the
records, as the peer's runner times itself: aggregate and synthesise; to tiphub the table is the file as
opened and judged by its layout, and counts with their intervals are in it. ``seconds`` and ``CPU
seconds`` are wall-clock and processor time of the whole process, start, reading and writing included, and
``peak MB`` its largest resident memory. The peer uses one processor, tiphub all: wall-clock is compared
on a quiet machine and in one run, or not at all. With ``--keep`` the peer's runs, which take an hour, are
kept, and a second call goes on where the first one stopped.

A record of ``pairs`` is a victim-perpetrator pair, and its cells may hold several answers. That is one value
to tiphub and the accuracy script, and to the peer but for ``lists``: there it gets a flag for each answer, as
by its own ``multi_value_columns``, with the fairer setting; the flags are joined again before measuring.
"""

import argparse
import csv
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow.csv as pacsv

from tiphub.engine import DuckDBEngine
from tiphub.mapping import open_standard, standard_of, write_layout
from tiphub.simulate import simulate_layout

REAL = {
    "2018": ("ctdc_global_dataset_2018.csv.gz", "ctdc-2018"),
    "2024": ("ctdc_global_synthetic_2024_sample.csv.gz", "ctdc-2024"),
    "pairs": ("ctdc_victim_perpetrator_synthetic_2022.csv.gz", "ctdc-victim-perpetrator-2022"),
}
YEARS = "2002-2025"
PEERS = {"default": [], "fair": ["--synthetic-counts"], "lists": ["--synthetic-counts"]}
LIST, FLAG = ";", "__"
TIMED = """
import json, sys, time
from tiphub.cli import main
from tiphub.vault.s4_protect.dp import DifferentialPrivacy
protect = DifferentialPrivacy.protect
def timed(*given, **named):
    start = time.perf_counter()
    made = protect(*given, **named)
    print(json.dumps({"total_s": time.perf_counter() - start}))
    return made
DifferentialPrivacy.protect = timed
sys.argv[0] = "tiphub"
main()
"""
HEADER = (
    "",
    "made in",
    "seconds",
    "CPU seconds",
    "peak MB",
    "mae k=2/3",
    "missing k=2/3",
    "fab10 k=2/3",
    "tvd",
)


@dataclass(frozen=True)
class Cost:
    """Of one process: seconds from the table to the records, wall-clock and processor seconds, peak MB."""

    made: float
    seconds: float
    processor: float
    peak: float


def measured(command: Sequence[str]) -> Cost:
    """What a command costs that tells in a line of JSON how long it took from the table to the records."""
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as warned:
        start = time.perf_counter()
        process = subprocess.Popen(list(command), stdout=said, stderr=warned)
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        for stream in (said, warned):
            stream.seek(0)
        if process.returncode:
            raise SystemExit(f"{' '.join(command)}\n{warned.read()}")
        made = [json.loads(text)["total_s"] for text in said if text.startswith("{")]
    return Cost(made[-1] if made else math.nan, seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def accuracy(shared: Path, true: Path, other: Path) -> list[dict[str, float]]:
    command = [sys.executable, shared / "bench" / "accuracy.py", true, other, "--ignore-zero"]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [json.loads(line) for line in told.splitlines()]


def line(name: str, cost: Cost, found: list[dict[str, float]]) -> str:
    two, three, last = found[1], found[2], found[-1]
    cells = [
        name,
        f"{cost.made:.2f}",
        f"{cost.seconds:.1f}",
        f"{cost.processor:.1f}",
        f"{cost.peak:,.0f}",
        f"{two['mae']} / {three['mae']}",
        f"{two['missing']:.1%} / {three['missing']:.1%}",
        f"{two['fab10']:.1%} / {three['fab10']:.1%}",
        f"{last['tvd2']:.4f}",
    ]
    return "| " + " | ".join(cells) + " |"


def through_layout(source: Path, layout: str, target: Path) -> int:
    """Write a file in its layout's own words; gives the number of rows."""
    standard = standard_of(layout)
    with DuckDBEngine() as engine:
        opened = open_standard(source, layout, standard, engine)
        table, _ = write_layout(opened.table, opened.layout, standard)
    pacsv.write_csv(table, target)
    return int(table.num_rows)


def rows_of(path: Path) -> list[dict[str, str]]:
    """A file's rows."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def write_rows(path: Path, rows: Sequence[dict[str, str]]) -> None:
    """Write rows to a file."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def lists_apart(true: Path, target: Path) -> None:
    """Write a file with a flag for each answer of the columns whose cells hold several."""
    rows = rows_of(true)
    lists = [name for name in rows[0] if any(LIST in row[name] for row in rows)]
    answers = {
        name: sorted({part for row in rows for part in row[name].split(LIST)} - {""}) for name in lists
    }
    out = []
    for row in rows:
        flags = {
            f"{name}{FLAG}{answer}": "1" if answer in row[name].split(LIST) else ""
            for name in lists
            for answer in answers[name]
        }
        out.append({**{name: cell for name, cell in row.items() if name not in lists}, **flags})
    write_rows(target, out)


def lists_joined(made: Path, true: Path) -> None:
    """Join a file's flags again, in the columns of the true one."""
    columns = list(rows_of(true)[0])
    out = []
    for row in rows_of(made):
        cells = {name: [] for name in columns}
        for name, cell in row.items():
            column, _, answer = name.partition(FLAG)
            if cell:
                cells[column].append(answer or cell)
        out.append({name: LIST.join(found) for name, found in cells.items()})
    write_rows(made, out)


def peer_python(folder: Path) -> str:
    """A virtual environment with the peer in it."""
    venv.create(folder, with_pip=True)
    python = str(folder / "bin" / "python")
    subprocess.run([python, "-m", "pip", "install", "--quiet", "pac-synth==0.0.8", "pandas"], check=True)
    return python


def compare(
    shared: Path, true: Path, layout: str, *, rows: int, epsilon: float, peers: dict[str, str]
) -> None:
    out = true.parent / f"{true.stem}-{epsilon:g}"
    delta = 1 / (rows * math.log(rows))
    tiphub = [sys.executable, "-c", TIMED, "synthesise", str(true), "--layout", layout, "--years", YEARS]
    words = [f"--epsilon={epsilon}", f"--delta={delta}", "--out", str(out)]
    if out.exists():
        shutil.rmtree(out)
    cost = measured([*tiphub, *words])
    print(line("tiphub, records", cost, accuracy(shared, true, out / "records.csv")), flush=True)
    for name, python in peers.items():
        made = true.parent / f"{true.stem}-{epsilon:g}-{name}.csv"
        kept = made.with_suffix(".json")
        if not kept.exists():
            script = shared / "bench" / "peer_pacsynth.py"
            given = true
            if name == "lists":
                given = true.with_name(f"{true.stem}-apart.csv")
                lists_apart(true, given)
            command = [python, script, given, made, f"--epsilon={epsilon}", *PEERS[name]]
            cost = measured([str(part) for part in command])
            if name == "lists":
                lists_joined(made, true)
            kept.write_text(json.dumps({"cost": asdict(cost), "found": accuracy(shared, true, made)}))
        run = json.loads(kept.read_text())
        print(line(f"pac-synth 0.0.8, {name}, records", Cost(**run["cost"]), run["found"]), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--files", nargs="+", choices=[*REAL, "simulated"], default=[*REAL, "simulated"])
    parser.add_argument("--rows", type=int, default=238_619)
    parser.add_argument("--epsilon", type=float, nargs="+", default=[1.0, 4.0, 12.0])
    parser.add_argument("--peer", nargs="+", choices=[*PEERS, "none"], default=[*PEERS])
    parser.add_argument("--keep", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = args.keep or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        names = [name for name in args.peer if name != "none"]
        python = peer_python(Path(temporary) / "peer") if names else ""
        for file in args.files:
            true = work / f"{file}.csv"
            if file == "simulated":
                layout, rows = "ctdc-2024", args.rows
                if not true.exists():
                    simulate_layout(true, layout, rows)
            else:
                name, layout = REAL[file]
                rows = through_layout(args.shared / "data" / name, layout, true)
            for epsilon in args.epsilon:
                print(f"\n{file}: {rows:,} rows, epsilon {epsilon:g}\n")
                print("| " + " | ".join(HEADER) + " |\n|" + " --- |" * len(HEADER), flush=True)
                peers = {name: python for name in names if name != "lists" or file == "pairs"}
                compare(args.shared, true, layout, rows=rows, epsilon=epsilon, peers=peers)


if __name__ == "__main__":
    main()
