"""Does the memory of ``tiphub build`` grow with the people in the vault?

Usage: build_memory.py [--people 250000 1000000 10000000] [--keep FOLDER]

A file of 250,000 fictional cases in the layout ``ctdc-2018`` is taken into a hub of its own for every size;
its rows in the standard are then copied within the vault until there are enough. Each build (differential
privacy, all columns of the standard) is a process of its own. What the columns tell is in `dp_memory.py`.
"""

import argparse
import tempfile
from pathlib import Path

from dp_memory import measured

from tiphub.simulate import simulate_layout
from tiphub.vault.agencies import add_agency
from tiphub.vault.hub import Settings
from tiphub.vault.pipeline import found, ingest
from tiphub.vault.schema import HARMONISED
from tiphub.vault.store import Store

SENT = 250_000


def hub_of(root: Path, file: Path, people: int) -> None:
    """A hub of so many people; those past the first 250,000 are copies."""
    hub = found(root, Settings(declared_size=people)).hub
    add_agency(hub, "bench", mapping="extends: ctdc-2018\n")
    ingest(hub, "bench", [file])
    with Store.open(hub) as store:
        for start in range(SENT, people, SENT):
            store.engine.execute(
                f"""INSERT INTO {HARMONISED} SELECT * REPLACE ("row" + {start} AS "row") FROM {HARMONISED}
                    WHERE "row" <= {min(SENT, people - start)}"""
            )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, nargs="+", default=[250_000, 1_000_000, 10_000_000])
    parser.add_argument("--keep", type=Path, help="a folder for the hubs, some 60 bytes a person")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = args.keep or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        sent = work / "sent.csv"
        if not sent.exists():
            simulate_layout(sent, "ctdc-2018", SENT)
        print("| people | seconds | CPU seconds | peak MB | own MB |\n| --- | --- | --- | --- | --- |")
        for people in args.people:
            hub = work / f"hub-{people}"
            if not hub.exists():
                hub_of(hub, sent, people)
            print(f"| {people:,} | {measured(['build', str(hub), '--again'])} |", flush=True)


if __name__ == "__main__":
    main()
