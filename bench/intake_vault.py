"""The work of `intake.py` through a hub: into the encrypted vault by ``tiphub ingest``, then counted."""

import sys
import tempfile
from pathlib import Path

from tiphub.standard import load_standard
from tiphub.vault.agencies import add_agency
from tiphub.vault.hub import Settings
from tiphub.vault.pipeline import found, ingest
from tiphub.vault.store import Store

BY = ["year_of_registration", "gender", "majority_status"]


def main(source: Path, target: Path) -> None:
    flags = [name for name, column in load_standard().columns.items() if column.group]
    with tempfile.TemporaryDirectory() as folder:
        hub = found(Path(folder) / "hub", Settings()).hub
        add_agency(hub, "bench", mapping="extends: ctdc-2018\n")
        ingest(hub, "bench", [source])
        with Store.open(hub) as store:
            cases = store.records()
            counts = cases.group_by(BY).aggregate(
                records=cases.count(), **{name: cases[name].sum().fill_null(0) for name in flags}
            )
            counts.to_pandas().assign(accepted=True).to_parquet(target)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
