"""What the hub's team may know of a release, and nobody else: what it kept, and what attacks find."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from tiphub.errors import TiphubError
from tiphub.progress import Progress, Silent
from tiphub.release import Release, open_release, release_folders
from tiphub.standard.variables import Codes
from tiphub.vault import s5_evaluate
from tiphub.vault.hub import Hub
from tiphub.vault.people import population_of
from tiphub.vault.protection import protection
from tiphub.vault.s4_protect import KAnonymity, Protected
from tiphub.vault.s4_protect.dp import DifferentialPrivacy
from tiphub.vault.store import Store


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
    method, _ = protection(hub, None, confirmed_large_epsilon=True)
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
    population = population_of(hub, store)

    def protect(batches: Callable[[], Iterator[Codes]]) -> Protected:
        return method.protect(replace(population, batches=batches), progress=progress)

    return s5_evaluate.rehearse(population, protect, progress=progress)
