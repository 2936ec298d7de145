"""The order of work: the one module that calls the stages."""

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir

from tiphub import __version__
from tiphub.errors import TiphubError
from tiphub.evidence.findings import counted_together, library
from tiphub.progress import Progress, Silent
from tiphub.release import Release, open_release, release_folders
from tiphub.standard import Standard, encode, load_standard
from tiphub.standard.implications import implications, reconcile
from tiphub.standard.variables import Codes
from tiphub.tabular import ReadOptions
from tiphub.vault import s1_ingest, s2_harmonise, s3_link, s5_evaluate, s6_publish
from tiphub.vault.agencies import Agency, list_agencies, load_agency
from tiphub.vault.columns import release_columns
from tiphub.vault.hub import Hub, Settings, create_hub
from tiphub.vault.keys import make_key
from tiphub.vault.ledger import Booking, check_signature
from tiphub.vault.models import models_share, release_models
from tiphub.vault.s2_harmonise import Quality, Reading
from tiphub.vault.s4_protect import KAnonymity, Population, Protected, ProtectionMethod
from tiphub.vault.s4_protect.dp.method import DifferentialPrivacy
from tiphub.vault.s4_protect.dp.models import Promised
from tiphub.vault.spending import Spend, open_ledger, paid, spend_of
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
        taken = s1_ingest.read_contribution(store, agency.name, raw, now, progress)
        with store.transaction():
            store.add(taken)
            taken = s2_harmonise.harmonise_contribution(store, taken, reading, progress)
        s2_harmonise.report_released(store, taken, agency)
    else:
        taken = known
    quality = Quality.of_data(taken.quality)
    return FileOutcome(taken, quality, s2_harmonise.report(store, taken, agency), known is not None)


def _options(reading: Reading) -> ReadOptions:
    known = asdict(reading.mapping.file)
    del known["decimal"]
    return ReadOptions(**known)


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
        told: is told what a person should know of the ledger and of earlier releases.

    Returns:
        The folder of the release; of the newest one if nothing changed since.

    Raises:
        TiphubError: there is nothing to publish, too little privacy budget is left, or the release fails the
            gate. Nothing is left half-done; what was booked stays spent.
    """
    progress = progress or Silent()
    method, spend = _protection(hub, epsilon, confirmed_large_epsilon=confirmed_large_epsilon)
    signer = check_signature(signed_mixed) if signed_mixed else ""
    day = datetime.now(UTC).date()
    release_columns(hub, load_standard())
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
            s2_harmonise.harmonise_anew(store, agency, reading, progress)
        state = _state(hub, store, senders, epsilon)
        newest = next(release_folders(hub.releases), None)
        if newest and not again and (store.evaluation(newest.name) or {}).get("state") == state:
            told(f"Nothing changed since release {newest.name}: it stands, and no other was made.")
            return newest
        population = _population(hub, store)
        version = s6_publish.next_version(hub.releases, day, store.published())
        if newest and isinstance(method, KAnonymity):
            told(
                f"Release {newest.name} tells of many of the same people. Whoever compares two releases can "
                f"learn more of a person than k = {method.k} promises. Withdraw older releases if you can."
            )
        others = s6_publish.beside(hub.releases, method.name)
        s6_publish.refuse_mixed(others, method.name, signer)
        if others:
            beside = tuple(release.version for release in others)
            ledger.sign_mixed(signer, method=method.name, version=version, others=beside)
        conclusions = s5_evaluate.conclude(population, store.standard, progress=progress)
        booked: AbstractContextManager[Booking | None] = nullcontext()
        if spend:
            booked = paid(
                ledger,
                hub,
                spend,
                method=method.name,
                version=version,
                confirmed_large_epsilon=confirmed_large_epsilon,
            )
        with booked as booking:
            protected = method.protect(population, progress=progress)
            evaluation = s5_evaluate.evaluate(population, protected, progress=progress)
            release = s6_publish.publish(
                protected,
                variables=population.variables,
                quasi_identifiers=population.quasi_identifiers,
                smallest_count=protected.statement["parameters"].get("k"),
                argument=method.argument,
                evaluation=evaluation.public,
                description=_description(hub, senders),
                standard=store.standard,
                key=store.signing_key(),
                releases=hub.releases,
                day=day,
                withdrawn=store.published(),
                booking=booking,
                signed_mixed=signer,
                progress=progress,
            )
        kept = {**evaluation.private, "conclusions": conclusions, "state": state}
        store.keep_evaluation(release.name, kept)
    return release


@dataclass(frozen=True)
class Appraisal:
    """A release, and all that the hub's team may know of it; ``figures`` give people away."""

    release: Release
    figures: Mapping[str, Any]


def appraise(
    hub: Hub,
    version: str = "",
    progress: Progress | None = None,
    *,
    attacks: bool = True,
    again: bool = False,
) -> Appraisal:
    """Tell the hub's team what a release kept, and what attacks find. Nothing of it may be published.

    What needs the people as they were is kept since the release was built. The attacks are rehearsed on the
    people whom the vault holds now, with the release's method and parameters; no budget is spent, since
    nothing leaves. They are kept, so that every later report tells the same.

    Args:
        hub: whose vault it is.
        version: of the release; the newest one if not given.
        progress: listens to the stages.
        attacks: whether to rehearse them if that was not done yet.
        again: rehearse them anew.

    Raises:
        TiphubError: there is no such release, or the vault knows nothing of it.
    """
    progress = progress or Silent()
    release = open_release(_release_folder(hub, version))
    with Store.open(hub) as store:
        kept = store.evaluation(release.version)
        if kept is None:
            raise TiphubError(
                f"The vault has no figures of release {release.version}: it was built with another vault.",
                where=str(release.path),
                do="To have figures, build a release with this vault: tiphub build HUB --again",
            )
        figures = {name: value for name, value in kept.items() if name not in {"conclusions", "state"}}
        if "conclusions" in kept:
            figures["findings"] = s5_evaluate.compare(
                kept["conclusions"], release, store.standard, progress=progress
            )
        if attacks and (again or "rehearsal" not in kept):
            try:
                figures["rehearsal"] = _rehearse(hub, store, release, progress)
                store.keep_evaluation(release.version, {**kept, "rehearsal": figures["rehearsal"]})
            except TiphubError as error:
                figures["not_rehearsed"] = " ".join(filter(None, (error.what, error.do)))
    return Appraisal(release, figures)


def _release_folder(hub: Hub, version: str) -> Path:
    folders = list(release_folders(hub.releases))
    if not folders:
        raise TiphubError(
            "There is no release to evaluate yet.", where=str(hub.releases), do="Make one: tiphub build HUB"
        )
    found = [folder for folder in folders if version in {"", folder.name}]
    if not found:
        known = ", ".join(folder.name for folder in folders)
        raise TiphubError(
            f"There is no release {version}.", where=str(hub.releases), do=f"There are: {known}."
        )
    return found[0]


def _rehearse(hub: Hub, store: Store, release: Release, progress: Progress) -> Mapping[str, Any]:
    """Attack a rehearsal of a release: the method of ``hub.yml`` with the release's own parameters."""
    method, _ = _protection(hub, None, confirmed_large_epsilon=True)
    parameters = release.statement["parameters"]
    if method.name != release.statement["method"]:
        raise TiphubError(
            f"hub.yml asks for {method.name} now, and the release was protected by"
            f" {release.statement['method']}.",
            do="Set release.method in hub.yml as it was, and try again.",
        )
    if isinstance(method, DifferentialPrivacy):
        method = replace(method, rho=Fraction(parameters["rho"]), delta=float(parameters["delta"]))
    elif isinstance(method, KAnonymity):
        method = replace(method, k=int(parameters["k"]))
    population = _population(hub, store)

    def protect(batches: Callable[[], Iterator[Codes]]) -> Protected:
        return method.protect(replace(population, batches=batches), progress=progress)

    return s5_evaluate.rehearse(population, protect, progress=progress)


def _state(hub: Hub, store: Store, senders: Sequence[Agency], epsilon: float | None) -> str:
    """A sum over everything that a release is made from; equal where nothing changed."""
    files = [
        [item.number, item.fingerprint] for agency in senders for item in store.contributions(agency.name)
    ]
    models = [model.as_json() for model in release_models(hub, store.standard)]
    settings = [asdict(hub.settings), epsilon, asdict(_description(hub, senders)), models]
    document = json.dumps([files, settings, store.standard.version, __version__], default=str, sort_keys=True)
    return sha256(document.encode()).hexdigest()


def _protection(
    hub: Hub, epsilon: float | None, *, confirmed_large_epsilon: bool
) -> tuple[ProtectionMethod, Spend | None]:
    """The method that the hub asks for, and what it spends."""
    settings = hub.settings.release
    standard = load_standard()
    promised = Promised(models=release_models(hub, standard), share=models_share(hub))
    if settings.method == "dp":
        spend = spend_of(hub, epsilon, confirmed_large_epsilon=confirmed_large_epsilon)
        method = DifferentialPrivacy(
            rho=spend.rho,
            delta=spend.delta,
            standard=standard,
            wanted=counted_together(library(standard), release_columns(hub, standard)[0], standard),
            promised=promised,
        )
        s6_publish.refuse_unargued(method.argument)
        return method, spend
    if settings.method != "k_anonymity":
        raise TiphubError(
            f"There is no protection method '{settings.method}'.",
            where=str(hub.root / "hub.yml"),
            do="There are: dp, k_anonymity.",
        )
    if epsilon is not None:
        raise TiphubError(
            "This hub protects with k_anonymity, which has no epsilon.",
            where=str(hub.root / "hub.yml"),
            do="Leave the epsilon out, or set release.method to dp.",
        )
    return KAnonymity(k=settings.k), None


def _population(hub: Hub, store: Store) -> Population:
    variables, quasi_identifiers = release_columns(hub, store.standard)
    columns = [item.name for item in variables]
    people = _in_domain(s3_link.link(store.records()), columns, hub.settings.years, store.standard)

    rules = implications(store.standard, variables)

    def batches() -> Iterator[Codes]:
        for batch in store.engine.batches(people):
            yield reconcile(encode(batch, variables), rules)

    return Population(variables=variables, quasi_identifiers=quasi_identifiers, batches=batches)


def _in_domain(
    people: ir.Table, columns: Sequence[str], years: tuple[int, int], standard: Standard
) -> ir.Table:
    """The columns of a release; a year outside the declared ones is told as unknown."""
    declared = {
        name: people[name].between(*years).ifelse(people[name], ibis.null("int32"))
        for name in columns
        if standard.columns[name].kind == "integer"
    }
    return people.mutate(**declared).select(*columns)


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
