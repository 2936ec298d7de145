"""The order of work: the one module that calls the stages."""

import json
import os
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from tiphub import __version__
from tiphub.errors import TiphubError
from tiphub.mapping import read_options
from tiphub.progress import Progress, Silent
from tiphub.release import release_folders
from tiphub.standard import load_standard
from tiphub.vault import s1_ingest, s2_harmonise, s5_evaluate, s6_publish
from tiphub.vault.agencies import Agency, list_agencies, load_agency
from tiphub.vault.columns import release_columns
from tiphub.vault.hub import Hub, Settings, create_hub, open_hub
from tiphub.vault.keys import make_key
from tiphub.vault.ledger import Booking, check_signature
from tiphub.vault.models import release_models
from tiphub.vault.people import population_of
from tiphub.vault.plan import refuse_lost
from tiphub.vault.protection import protection
from tiphub.vault.s2_harmonise import Quality, Reading, Reread
from tiphub.vault.s4_protect import KAnonymity
from tiphub.vault.s4_protect.dp.expected import expected_std
from tiphub.vault.spending import Spend, open_ledger, paid, refuse_weak_delta, set_lifetime
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
    # As every later command reads it: a build of other settings than hub.yml's would be made anew.
    return NewHub(open_hub(hub.root), made[0] if made else None)


@dataclass(frozen=True)
class FileOutcome:
    """What became of one file.

    ``known`` where the very same file was taken in before, ``anew`` where it was then read again by a changed
    mapping; ``misfit`` is why the mapping as it is now cannot read it, where it keeps an earlier one.
    """

    contribution: Contribution
    quality: Quality
    report: Path
    known: bool
    anew: bool = False
    misfit: TiphubError | None = None


@dataclass(frozen=True)
class IngestOutcome:
    """What became of an agency's files, and of its earlier ones where the mapping has changed since."""

    files: tuple[FileOutcome, ...]
    rereads: tuple[Reread, ...]

    @property
    def anew(self) -> int:
        """How many earlier files were read again by the changed mapping."""
        return sum(item.misfit is None for item in self.rereads)


def ingest(
    hub: Hub,
    agency: str,
    files: Sequence[Path],
    progress: Progress | None = None,
    *,
    told: Callable[[FileOutcome], None] = lambda _: None,
    told_anew: Callable[[tuple[Reread, ...]], None] = lambda _: None,
) -> IngestOutcome:
    """Take an agency's files in, one after the other, each wholly or not at all.

    Args:
        hub: whose vault takes them.
        agency: the name of its folder.
        files: exports of the agency, or its quarantine put right.
        progress: listens to the stages.
        told: is called as soon as a file is safely in the vault.
        told_anew: is called before that with what became of earlier files, where the mapping has changed.

    Raises:
        TiphubError: a file cannot be read at all; files before it stay taken in.
    """
    progress = progress or Silent()
    sender = load_agency(hub, agency)
    reading = s2_harmonise.load_reading(sender, load_standard())
    s2_harmonise.try_reports(sender)
    done: list[FileOutcome] = []
    with Store.open(hub) as store:
        rereads = s2_harmonise.harmonise_anew(store, sender, reading, progress)
        if rereads:
            told_anew(rereads)
        anew = {item.contribution.number for item in rereads if not item.misfit}
        for file in files:
            outcome = _ingest_file(store, sender, reading, Path(file), progress)
            done.append(replace(outcome, anew=outcome.contribution.number in anew))
            told(done[-1])
    return IngestOutcome(tuple(done), rereads)


def _ingest_file(
    store: Store, agency: Agency, reading: Reading, file: Path, progress: Progress
) -> FileOutcome:
    raw = s1_ingest.open_file(file, read_options(reading.mapping))
    known = s1_ingest.known_already(store, agency.name, raw.origin.sha256)
    if known is None:
        now = datetime.now(UTC).replace(tzinfo=None)
        taken = s1_ingest.read_contribution(store, agency.name, raw, now, progress)
        with store.transaction():
            store.add(taken)
            taken = s2_harmonise.harmonise_contribution(store, taken, reading, progress)
    else:
        taken = known
    return FileOutcome(
        taken,
        Quality.of_data(taken.quality),
        _report(store, taken, agency),
        known=known is not None,
        misfit=s2_harmonise.misfit(taken, reading.mapping, store.standard),
    )


def _report(store: Store, taken: Contribution, agency: Agency) -> Path:
    """Write the reports of a contribution that is in the vault already, and of those that it put right."""
    try:
        s2_harmonise.report_released(store, taken, agency)
        return s2_harmonise.report(store, taken, agency)
    except TiphubError as error:
        raise TiphubError(
            f"{taken.origin.name} is in the vault, but a report is missing. {error.what}",
            where=error.where,
            do="Put that right, then hand the same file in again: only reports are written then.",
        ) from None


def build(
    hub: Hub,
    progress: Progress | None = None,
    *,
    epsilon: float | None = None,
    confirmed_large_epsilon: bool = False,
    signed_mixed: str = "",
    again: bool = False,
    told: Callable[[str], None] = lambda _: None,
) -> Path:
    """Make a release of what the vault holds: harmonise, link, protect, evaluate, publish.

    Args:
        hub: whose vault it is.
        progress: listens to the stages.
        epsilon: what this release spends, if not what ``hub.yml`` says.
        confirmed_large_epsilon: somebody means an epsilon that protects next to nobody.
        signed_mixed: who answers for a release beside others of another method ("Name, role").
        again: make a release even if nothing changed since the newest one.
        told: is told what a person should know of the ledger, of earlier releases and of what was spent.

    Returns:
        The folder of the release; of the newest one if nothing changed since.

    Raises:
        TiphubError: there is nothing to publish, too little privacy budget is left, or the release fails the
            gate. Nothing is left half-done; what was booked stays spent.
    """
    progress = progress or Silent()
    method, spend = protection(hub, epsilon, confirmed_large_epsilon=confirmed_large_epsilon)
    signer = check_signature(signed_mixed) if signed_mixed else ""
    day = datetime.now(UTC).date()
    release_columns(hub, load_standard())
    if spend:
        refuse_lost(hub, spend, expected_std)
    with Store.open(hub) as store:
        ledger = open_ledger(hub, store)
        for note in ledger.notes:
            told(note)
        senders = [agency for agency in list_agencies(hub) if store.contributions(agency.name)]
        if not senders:
            raise TiphubError(
                "There is nobody to protect: no agency has handed anything in.",
                where=str(hub.root),
                do="Take files in first: tiphub ingest HUB NAME FILE",
            )
        for agency in senders:
            reading = s2_harmonise.load_reading(agency, store.standard)
            rereads = s2_harmonise.harmonise_anew(store, agency, reading, progress)
            for line in s2_harmonise.tell_anew(rereads) or s2_harmonise.tell_unused(store, agency, reading):
                told(f"{agency.name}: {line.strip()}")
        state = _state(hub, store, senders, spend)
        newest = next(release_folders(hub.releases), None)
        if newest and not again and (store.evaluation(newest.name) or {}).get("state") == state:
            told(f"Nothing changed since release {newest.name}: it stands, and no other was made.")
            return newest
        population = population_of(hub, store)
        published = store.published()
        version = s6_publish.next_version(hub.releases, day, published)
        s6_publish.refuse_unwritable(hub.releases)
        if newest and isinstance(method, KAnonymity):
            told(
                f"Release {newest.name} tells of many of the same people. Whoever compares two releases can "
                f"learn more of a person than k = {method.k} promises. Withdraw older releases if you can."
            )
        others = s6_publish.beside(hub.releases, method.name, published)
        s6_publish.refuse_mixed(others, method.name, signer)
        booked: AbstractContextManager[Booking | None] = nullcontext()
        if spend:
            refuse_weak_delta(hub, spend, store.people())
            set_lifetime(ledger, hub, confirmed_large_epsilon=confirmed_large_epsilon)
            ledger.refuse_overspend(spend.rho)
            booked = paid(ledger, hub, spend, method=method.name, version=version, told=told)
        conclusions = s5_evaluate.conclude(population, store.standard, folder=hub.vault, progress=progress)
        with booked as booking:
            if others:
                beside = tuple(release.version for release in others)
                ledger.sign_mixed(signer, method=method.name, version=version, others=beside)
            protected = method.protect(population, progress=progress)
            evaluation = s5_evaluate.evaluate(population, protected, progress=progress)
            # Kept before the release stands: killed in between, its version is lost and not used twice.
            kept = {**evaluation.private, "conclusions": conclusions, "state": state}
            store.keep_evaluation(version, kept)
            release = s6_publish.publish(
                protected,
                variables=population.variables,
                quasi_identifiers=population.quasi_identifiers,
                smallest_count=method.k if isinstance(method, KAnonymity) else None,
                argument=method.argument,
                evaluation=evaluation.public,
                description=_description(hub, senders),
                standard=store.standard,
                key=store.signing_key(),
                releases=hub.releases,
                day=day,
                published=published,
                booking=booking,
                signed_mixed=signer,
                progress=progress,
            )
    return release


def _state(hub: Hub, store: Store, senders: Sequence[Agency], spend: Spend | None) -> str:
    """A sum over everything that a release is made from; equal where nothing changed.

    What is spent counts, and not whether ``hub.yml`` or an option says it.
    """
    effective = hub.settings
    if spend:
        effective = replace(effective, privacy=replace(effective.privacy, epsilon=float(spend.epsilon)))
    files = [
        [item.number, s2_harmonise.fingerprint_in_use(item, store.standard)]
        for agency in senders
        for item in store.contributions(agency.name)
    ]
    models = [model.as_json() for model in release_models(hub, store.standard)]
    # Releases that stand were summed up with the option in the second place, most of them without one.
    settings = [asdict(effective), None, asdict(_description(hub, senders)), models]
    document = json.dumps([files, settings, store.standard.version, __version__], default=str, sort_keys=True)
    return sha256(document.encode()).hexdigest()


def _description(hub: Hub, senders: Sequence[Agency]) -> s6_publish.Description:
    settings = hub.settings
    return s6_publish.Description(
        title=settings.title,
        organisation=settings.organisation or settings.title,
        contact=settings.contact,
        licence=settings.licence,
        years=settings.years,
        languages=settings.languages,
        agencies=tuple(
            s6_publish.Contributor(name=item.title or item.name, licence=item.licence) for item in senders
        ),
    )
