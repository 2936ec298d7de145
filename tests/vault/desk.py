"""A small hub with one agency, and ways to hand files in and to look at what became of them."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tiphub.vault.hub import Hub
from tiphub.vault.pipeline import FileOutcome, ingest
from tiphub.vault.store import Store

MAPPING = """\
record_id: {column: case}
fields:
  year_of_registration: {column: year, read: number}
  gender: {column: sex, values: {F: woman, M: man}}
  citizenship: {column: country, read: country}
"""
HEADER = ("case", "year", "sex", "country", "remarks")
Row = tuple[str, ...]


@dataclass
class Desk:
    """Where an agency's files come in."""

    hub: Hub
    inbox: Path
    agency: str = "refuge"

    def write(self, name: str, rows: Sequence[Row], header: Row = HEADER) -> Path:
        """A CSV file of these rows."""
        path = self.inbox / name
        with path.open("w", newline="", encoding="utf-8") as stream:
            csv.writer(stream).writerows([header, *rows])
        return path

    def take(self, path: Path) -> FileOutcome:
        """Hand a file in."""
        return ingest(self.hub, self.agency, [path]).files[0]

    def send(self, name: str, rows: Sequence[Row], header: Row = HEADER) -> FileOutcome:
        """Write a file and hand it in."""
        return self.take(self.write(name, rows, header))

    def map(self, text: str) -> None:
        """Change the agency's mapping."""
        (self.hub.agencies / self.agency / "mapping.yml").write_text(text, "utf-8")

    def records(self) -> list[Row]:
        """The current records: record id, year, gender, citizenship."""
        return self._rows("record_id", "year_of_registration", "gender", "citizenship")

    def held(self) -> list[tuple[int, int]]:
        """Contribution and row of what is in quarantine."""
        with Store.open(self.hub) as store:
            rows = store.quarantine().to_pyarrow().to_pylist()
        return sorted((row["contribution"], row["row"]) for row in rows)

    def _rows(self, *columns: str) -> list[Row]:
        with Store.open(self.hub) as store:
            rows = store.records().select(*columns).to_pyarrow().to_pylist()
        return sorted(tuple("" if row[name] is None else str(row[name]) for name in columns) for row in rows)


def read_quarantine(outcome: FileOutcome) -> list[dict[str, str]]:
    """The rows of a quarantine as a spreadsheet would show them."""
    text = (outcome.report / "quarantine.csv").read_text("utf-8-sig")
    return list(csv.DictReader(text.splitlines()))
