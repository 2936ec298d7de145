"""Families of methods for noisy tables and synthetic records, side by side at the same rho.

Usage: dp_families.py --shared ../shared [--epsilon 4] [--delta 5e-6] [--limit 900] [--without aim]

The file is the real 2024 sample, read through its layout so that all see the same cells:

- all pairs with gradual update (``bench/sketch_gradual_update.py`` of ``--shared``; NOT private: its noise is
  floating-point, its domain read from the file);
- AIM (McKenna et al., VLDB 2022) through ``opendp[mbi]``, in a virtual environment of its own, over the
  layout's public domains; it is stopped after ``--limit`` seconds, and "no result" is told;
- tiphub with two-way tables only, and with the three-way tables that it chooses (its default).
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

from dp_peers import HEADER, REAL, Cost, accuracy, line, measured, through_layout

from tiphub.mapping import layout_variables, layout_words, load_layout
from tiphub.standard import load_standard
from tiphub.vault.s4_protect.dp.accounting import rho_for

YEARS = (2002, 2024)
AIM = """
import json, sys
import opendp.prelude as dp
import polars as pl
dp.enable_features("contrib")
true, out, keys, rho = sys.argv[1], sys.argv[2], json.load(open(sys.argv[3])), float(sys.argv[4])
frame = pl.read_csv(true, infer_schema=False, missing_utf8_is_empty_string=True).select(list(keys)).lazy()
context = dp.Context.compositor(
    data=frame, privacy_unit=dp.unit_of(contributions=1), privacy_loss=dp.loss_of(rho=rho)
)
table = context.query(rho=rho).contingency_table(keys=keys, algorithm=dp.mbi.AIM()).release()
table.synthesize().write_csv(out)
"""
OURS = """
import sys
from fractions import Fraction
from pathlib import Path
import pyarrow as pa
import pyarrow.csv as pacsv
from tiphub.progress import Silent
from tiphub.standard import load_standard
from tiphub.vault.s4_protect.dp import measure
from tiphub.vault.synthesise import synthesise
true, out, rho, triples = Path(sys.argv[1]), sys.argv[2], Fraction(sys.argv[3]), sys.argv[4] == "True"
if not triples:
    measure.TRIPLES = Fraction(0)
made = synthesise(true, "ctdc-2024", rho=rho, delta=1e-6, years=(2002, 2024), standard=load_standard(),
                  progress=Silent())
pacsv.write_csv(pa.concat_tables(made.pieces()), out)
"""


def aim(true: Path, work: Path, rho: float, limit: float) -> str | Cost:
    """What it costs, or why there is no result."""
    standard = load_standard()
    layout = load_layout("ctdc-2024", standard)
    keys = {}
    for item in layout_variables(layout, standard, years=YEARS):
        column, words = layout_words(layout, standard, item)
        keys[column] = [*sorted(set(words.values()) - {""}), ""]
    (work / "keys.json").write_text(json.dumps(keys))
    (work / "aim.py").write_text(AIM)
    venv.create(work / "aim", with_pip=True)
    python = str(work / "aim" / "bin" / "python")
    subprocess.run([python, "-m", "pip", "install", "--quiet", "opendp[mbi]"], check=True)
    words = [true, work / "aim.csv", work / "keys.json", rho]
    start = time.perf_counter()
    try:
        subprocess.run(
            [python, work / "aim.py", *map(str, words)], check=True, timeout=limit, capture_output=True
        )
    except subprocess.TimeoutExpired:
        return f"no result within {limit:g} seconds"
    except subprocess.CalledProcessError as error:
        return error.stderr.decode().splitlines()[-1]
    return Cost(math.nan, time.perf_counter() - start, math.nan, math.nan)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--epsilon", type=float, default=4.0)
    parser.add_argument("--delta", type=float, default=5e-6)
    parser.add_argument("--limit", type=float, default=900.0)
    parser.add_argument("--without", nargs="*", choices=["aim", "sketch"], default=[])
    args = parser.parse_args()
    rho = rho_for(args.epsilon, args.delta)
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        true = work / "true.csv"
        name, layout = REAL["2024"]
        rows = through_layout(args.shared / "data" / name, layout, true)
        print(f"{rows:,} rows, epsilon {args.epsilon:g}, delta {args.delta:g}, rho {float(rho):.4f}\n")
        print("| " + " | ".join(HEADER) + " |\n|" + " --- |" * len(HEADER), flush=True)
        if "sketch" not in args.without:
            script, out = args.shared / "bench" / "sketch_gradual_update.py", work / "sketch.csv"
            cost = measured([sys.executable, str(script), str(true), str(out), f"--rho={float(rho)}"])
            found = accuracy(args.shared, true, out)
            print(line("all pairs, gradual update (sketch)", cost, found), flush=True)
        for triples in (False, True):
            out = work / f"ours-{triples}.csv"
            cost = measured([sys.executable, "-c", OURS, str(true), str(out), str(rho), str(triples)])
            told = "tiphub, with three-way tables" if triples else "tiphub, two-way tables only"
            print(line(told, cost, accuracy(args.shared, true, out)), flush=True)
        if "aim" not in args.without:
            cost = aim(true, work, float(rho), args.limit)
            if isinstance(cost, str):
                print(f"| AIM | {cost} |" + " |" * (len(HEADER) - 2))
            else:
                print(line("AIM", cost, accuracy(args.shared, true, work / "aim.csv")))


if __name__ == "__main__":
    main()
