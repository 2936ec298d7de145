"""The one opener of case records."""

import base64
import fcntl
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

import ibis.expr.types as ir
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tiphub.engine import DuckDBEngine
from tiphub.engine.vault_file import open_encrypted
from tiphub.errors import TiphubError
from tiphub.standard import Standard, load_standard
from tiphub.tabular import Origin
from tiphub.vault.hub import Hub
from tiphub.vault.keys import read_key
from tiphub.vault.schema import CONTRIBUTION, META, prepare, raw_table, sweep

_FILE = "vault.duckdb"


@dataclass(frozen=True)
class Contribution:
    """One file of an agency as it was taken into the vault.

    Attributes:
        number: counts the hub's contributions; a later one may supersede rows of an earlier one.
        name: day and start of the file's hash; what people, reports and repairs call it.
        received: UTC, without a zone.
        rows: how many the file has.
        repair: whether it hands quarantined rows in again.
        mapping: the text of the mapping that it was last read with; empty if not yet.
        fingerprint: of the agency's mapping and the standard at that time; empty if not yet.
        quality: what the quality report tells, as plain data; empty if not yet harmonised.
    """

    number: int
    agency: str
    name: str
    origin: Origin
    received: datetime
    columns: tuple[str, ...]
    rows: int
    repair: bool
    mapping: str
    fingerprint: str
    quality: dict[str, Any]


class Store:
    """An open vault. Nobody else has it open meanwhile.

    All that changes it happens within `transaction`; the rooms that fill it (``s1_ingest``, ``s2_harmonise``)
    speak to its tables through `engine`.
    """

    def __init__(self, engine: DuckDBEngine, standard: Standard) -> None:
        self.engine = engine
        self.standard = standard

    @classmethod
    @contextmanager
    def open(cls, hub: Hub, *, create: bool = False) -> "Iterator[Store]":
        """Open a hub's vault.

        Args:
            hub: whose vault it is.
            create: make a new vault, for a new hub.

        Raises:
            TiphubError: there is no vault or no key, the key is wrong, or another tiphub is at work.
        """
        path = hub.vault / _FILE
        if path.exists() == create:
            raise TiphubError(
                "There is a vault here already." if create else "The hub's vault is missing.",
                where=str(path),
                do="" if create else "Restore it from a backup.",
            )
        key = read_key(hub)
        with _alone(hub):
            spill = hub.vault / "spill"
            shutil.rmtree(spill, ignore_errors=True)
            standard = load_standard()
            engine = open_encrypted(path, key, spill)
            try:
                path.chmod(0o600)
                prepare(engine, standard)
                sweep(engine)
                yield cls(engine, standard)
            finally:
                engine.close()
                shutil.rmtree(spill, ignore_errors=True)

    def transaction(self) -> AbstractContextManager[None]:
        """All that happens inside is kept, or none of it, whatever befalls the process."""
        return self.engine.transaction()

    def contributions(self, agency: str | None = None) -> tuple[Contribution, ...]:
        """The contributions of the hub, or of one agency, in the order in which they came."""
        rows = self.engine.execute(
            'SELECT number, agency, name, origin, received, columns, "rows", repair, mapping, fingerprint, '
            f"quality FROM {CONTRIBUTION} WHERE ? IS NULL OR agency = ? ORDER BY number",
            [agency, agency],
        )
        return tuple(_contribution(row) for row in rows)

    def add(self, contribution: Contribution) -> None:
        """Enter a contribution, whose cells are there already, into the list: from then on it counts."""
        origin = json.dumps(asdict(contribution.origin))
        self.engine.execute(
            f"INSERT INTO {CONTRIBUTION} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                contribution.number,
                contribution.agency,
                contribution.name,
                contribution.origin.sha256,
                contribution.received,
                origin,
                list(contribution.columns),
                contribution.rows,
                contribution.repair,
                contribution.mapping,
                contribution.fingerprint,
                json.dumps(contribution.quality),
            ],
        )

    def note_harmonised(
        self, contribution: Contribution, *, mapping: str, fingerprint: str, quality: dict[str, Any]
    ) -> Contribution:
        """Enter with what a contribution was harmonised, and how that went."""
        text = json.dumps(quality)
        self.engine.execute(
            f"UPDATE {CONTRIBUTION} SET mapping = ?, fingerprint = ?, quality = ? WHERE number = ?",
            [mapping, fingerprint, text, contribution.number],
        )
        return replace(contribution, mapping=mapping, fingerprint=fingerprint, quality=json.loads(text))

    def raw(self, contribution: Contribution) -> ir.Table:
        """The cells of a contribution as sent: ``_row``, ``_defect`` and its columns as text."""
        return self._table(raw_table(contribution.number).rsplit(".", 1)[-1])

    def harmonised(self) -> ir.Table:
        """Every row that nothing has superseded, those in quarantine included."""
        superseded = self._table("superseded")
        return self._table("harmonised").anti_join(superseded, ["contribution", "row"])

    def records(self) -> ir.Table:
        """The current records: agency, record_id, contribution, row, and the standard's columns."""
        rows = self.harmonised()
        accepted = rows.filter(rows.problems.isnull())
        return accepted.select("agency", "record_id", "contribution", "row", *self.standard.columns)

    def people(self) -> int:
        """How many current records there are."""
        batch = next(self.engine.batches(self.records().aggregate(people=lambda rows: rows.count())))
        return int(batch.to_pylist()[0]["people"])

    def quarantine(self) -> ir.Table:
        """The rows still in quarantine: agency, contribution, row, record_id and problems."""
        rows = self.harmonised()
        return rows.filter(rows.problems.notnull()).select(
            "agency", "contribution", "row", "record_id", "problems"
        )

    def keep_evaluation(self, release: str, figures: Mapping[str, Any]) -> None:
        """Keep the part of a release's evaluation that gives people away, in the place of what was kept."""
        with self.transaction():
            self.engine.execute(f"DELETE FROM {META} WHERE name = ?", [f"evaluation {release}"])
            self.engine.execute(
                f"INSERT INTO {META} VALUES (?, ?)", [f"evaluation {release}", json.dumps(figures)]
            )

    def published(self) -> dict[str, str]:
        """All versions that were ever used, withdrawn ones included, each with its method."""
        found = self.engine.execute(
            f"SELECT substr(name, 12), value FROM {META} WHERE name LIKE 'evaluation %'"
        )
        return {
            str(version): str(json.loads(figures).get("protection", {}).get("method", ""))
            for version, figures in found
        }

    def evaluation(self, release: str) -> dict[str, Any] | None:
        """What `keep_evaluation` was given."""
        found = self.engine.execute(f"SELECT value FROM {META} WHERE name = ?", [f"evaluation {release}"])
        return json.loads(found[0][0]) if found else None

    def ledger_lines(self) -> tuple[str, ...]:
        """The vault's copy of the privacy ledger, line by line (see ``vault/ledger``)."""
        found = self.engine.execute(f"SELECT value FROM {META} WHERE name LIKE 'ledger %' ORDER BY name")
        return tuple(str(row[0]) for row in found)

    def keep_ledger_line(self, line: str) -> None:
        """Add a line to that copy; it is on the disk when this returns."""
        number = len(self.ledger_lines()) + 1
        with self.transaction():
            self.engine.execute(f"INSERT INTO {META} VALUES (?, ?)", [f"ledger {number:09d}", line])

    def signing_key(self) -> Ed25519PrivateKey:
        """The key that releases are signed with; made once and kept in the vault."""
        found = self.engine.execute(f"SELECT value FROM {META} WHERE name = 'signing_key'")
        if found:
            return Ed25519PrivateKey.from_private_bytes(base64.b64decode(found[0][0]))
        made = Ed25519PrivateKey.generate()
        text = base64.b64encode(made.private_bytes_raw()).decode("ascii")
        with self.transaction():
            self.engine.execute(f"INSERT INTO {META} VALUES ('signing_key', ?)", [text])
        return made

    def _table(self, name: str) -> ir.Table:
        return self.engine.backend.table(name, database=("vault", "main"))


def _contribution(row: tuple[Any, ...]) -> Contribution:
    number, agency, name, origin, received, columns, rows, repair, mapping, fingerprint, quality = row
    known = json.loads(origin)
    return Contribution(
        number=number,
        agency=agency,
        name=name,
        origin=Origin(**{**known, "notes": tuple(known["notes"])}),
        received=received,
        columns=tuple(columns),
        rows=rows,
        repair=repair,
        mapping=mapping,
        fingerprint=fingerprint,
        quality=json.loads(quality),
    )


@contextmanager
def _alone(hub: Hub) -> Iterator[None]:
    """Hold the hub's lock; it ends with the process, whatever ends it."""
    path = hub.vault / "lock"
    with path.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise TiphubError(
                "Another tiphub is at work on this hub.",
                where=str(hub.root),
                do="Wait until it has ended, then run the same command again. Nothing was changed.",
            ) from None
        yield
