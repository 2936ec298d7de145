"""The order of work: the one module that calls the stages."""

import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from tiphub.progress import Progress, Silent
from tiphub.standard import load_standard
from tiphub.tabular import ReadOptions
from tiphub.vault import s1_ingest, s2_harmonise
from tiphub.vault.agencies import Agency, load_agency
from tiphub.vault.hub import Hub, Settings, create_hub
from tiphub.vault.keys import make_key
from tiphub.vault.s2_harmonise import Quality, Reading
from tiphub.vault.store import Contribution, Store


@dataclass(frozen=True)
class NewHub:
    """A hub that was just made; ``key_file`` is where its new key lies, ``None`` if it has one already."""

    hub: Hub
    key_file: Path | None


def found(path: Path, settings: Settings) -> NewHub:
    """Make a hub: its folder, its key and its empty vault.

    Raises:
        TiphubError: something is there already, or the key cannot be written.
    """
    made: list[Path] = []

    def prepare(draft: Hub) -> None:
        if not {"TIPHUB_KEY", "TIPHUB_KEY_FILE"} & os.environ.keys() and make_key(draft.key_file):
            made.append(draft.key_file)
        with Store.open(draft, create=True) as store:
            store.signing_key()

    hub = create_hub(path, settings, prepare)
    return NewHub(hub, made[0] if made else None)


@dataclass(frozen=True)
class FileOutcome:
    """What became of one file; ``known`` where the very same file was taken in before."""

    contribution: Contribution
    quality: Quality
    report: Path
    known: bool


@dataclass(frozen=True)
class IngestOutcome:
    """What became of an agency's files; ``anew`` earlier ones were read again by a changed mapping."""

    files: tuple[FileOutcome, ...]
    anew: int


def ingest(
    hub: Hub,
    agency: str,
    files: Sequence[Path],
    progress: Progress | None = None,
    *,
    told: Callable[[FileOutcome], None] = lambda _: None,
) -> IngestOutcome:
    """Take an agency's files in, one after the other, each wholly or not at all.

    Args:
        hub: whose vault takes them.
        agency: the name of its folder.
        files: exports of the agency, or its quarantine put right.
        progress: listens to the stages.
        told: is called as soon as a file is safely in the vault.

    Raises:
        TiphubError: a file cannot be read at all; files before it stay taken in.
    """
    progress = progress or Silent()
    sender = load_agency(hub, agency)
    reading = s2_harmonise.load_reading(sender, load_standard())
    done: list[FileOutcome] = []
    with Store.open(hub) as store:
        anew = s2_harmonise.harmonise_anew(store, sender, reading, progress)
        for file in files:
            done.append(_ingest_file(store, sender, reading, Path(file), progress))
            told(done[-1])
    return IngestOutcome(tuple(done), anew)


def _ingest_file(
    store: Store, agency: Agency, reading: Reading, file: Path, progress: Progress
) -> FileOutcome:
    raw = s1_ingest.open_file(file, _options(reading))
    known = s1_ingest.known_already(store, agency.name, raw.origin.sha256)
    if known is None:
        now = datetime.now(UTC).replace(tzinfo=None)
        with store.transaction():
            taken = s1_ingest.read_contribution(store, agency.name, raw, now, progress)
            taken = s2_harmonise.harmonise_contribution(store, taken, reading, progress)
    else:
        taken = known
    quality = Quality.of_data(taken.quality)
    return FileOutcome(taken, quality, s2_harmonise.report(store, taken, agency), known is not None)


def _options(reading: Reading) -> ReadOptions:
    known = asdict(reading.mapping.file)
    del known["decimal"]
    return ReadOptions(**known)
