"""Where declared models are fitted for the portal: each release's once, then remembered.

What fits them takes seconds to load: it is loaded when somebody first asks for models.
"""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from tiphub.errors import TiphubError
from tiphub.portal.catalog import Catalog, Release
from tiphub.standard import Standard

if TYPE_CHECKING:
    from tiphub.evidence.models import DeclaredModel, OddsRatios


@dataclass(frozen=True)
class Fitted:
    """A declared model and what it found; ``refusal`` says why it found nothing.

    ``name`` is its name in addresses, ``number`` its number in ``models.csv``.
    """

    name: str
    number: int
    model: "DeclaredModel"
    found: "OddsRatios | None"
    refusal: str = ""


@dataclass(frozen=True)
class Models:
    """All models of a release; ``refusal`` says why they cannot be read."""

    fitted: tuple[Fitted, ...] = ()
    refusal: str = ""


class ModelDesk:
    """Models of the catalog's releases.

    A thread of its own fits them, one release after the other: visitors wait for it without holding up
    others, and however many ask for a release, it is fitted once.
    """

    def __init__(self, standard: Standard) -> None:
        self._standard = standard
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="models")
        self._looking = Lock()
        self._answers: dict[tuple[object, ...], Future[Models]] = {}

    def ask(self, release: Release) -> Future[Models]:
        """What the models of a release found, as soon as it is known."""
        key = (release.path, release.files)
        with self._looking:
            if key not in self._answers:
                self._answers[key] = self._worker.submit(self._all, release)
            return self._answers[key]

    def prepare(self, catalog: Catalog) -> None:
        """Begin with the newest release, before anybody asks for it."""

        def begin() -> None:
            for release in catalog.look().releases[:1]:
                if release.codebook.get("models"):
                    self.ask(release)

        self._worker.submit(begin)

    def close(self) -> None:
        """Let nobody wait for what is not begun."""
        self._worker.shutdown(wait=False, cancel_futures=True)

    def _all(self, release: Release) -> Models:
        from tiphub.evidence import models as room  # noqa: PLC0415 - it takes seconds to load

        try:
            models = room.declared_models(release, self._standard)
        except TiphubError as error:
            return Models(refusal=f"{error.what} {error.do}".strip())

        def fit(name: str, place: int, model: "DeclaredModel") -> Fitted:
            try:
                return Fitted(name, place + 1, model, room.odds_ratios_of(release, model, place))
            except TiphubError as error:
                return Fitted(name, place + 1, model, None, error.what)
            except (ArithmeticError, ValueError):
                # Tables that no publisher of ours writes: this model is then not told, and the others are.
                return Fitted(name, place + 1, model, None, "Its tables cannot be fitted.")

        named = zip(names_of(models), range(len(models)), models, strict=True)
        return Models(tuple(fit(*item) for item in named))


def names_of(models: "Sequence[DeclaredModel]") -> list[str]:
    """A name for each model's address: its outcome, with a number from the second of an outcome on."""
    outcomes = [model.outcome.name for model in models]
    before = [outcomes[:place].count(name) for place, name in enumerate(outcomes)]
    return [f"{name}-{count + 1}" if count else name for name, count in zip(outcomes, before, strict=True)]
