"""The models of a hub's releases: from its settings and public knowledge, never from its records."""

from fractions import Fraction

from tiphub.errors import TiphubError
from tiphub.evidence.models import CountryValues, DeclaredModel, declare_model, read_country_values
from tiphub.standard import Standard
from tiphub.vault.columns import release_columns
from tiphub.vault.hub import Hub
from tiphub.vault.model_settings import ModelSettings


def release_models(hub: Hub, standard: Standard) -> tuple[DeclaredModel, ...]:
    """The models that ``hub.yml`` declares, over the columns of a release.

    Raises:
        TiphubError: a model names what the release does not have, is declared twice, its country values
            cannot be read, or the hub's method has no use for models.
    """
    where = str(hub.root / "hub.yml")
    if hub.settings.models and hub.settings.release.method == "k_anonymity":
        raise TiphubError(
            "Models are declared for releases with differential privacy, which pay for their tables. This hub"
            " protects with k_anonymity, whose records tiphub model reads as they are.",
            where=f"{where}, models",
            do="Take the models out, or set release.method to dp.",
        )
    if hub.settings.models:
        _refuse_share(hub.settings.privacy.models_share, f"{where}, privacy")
    carried = [item.name for item in release_columns(hub, standard)[0]]
    found: list[DeclaredModel] = []
    for number, wanted in enumerate(hub.settings.models, start=1):
        place = f"{where}, models, number {number}"
        model = _declared(hub, wanted, standard, carried, place)
        if any(_same(model, other) for other in found):
            raise TiphubError(f"The model {model.words} is declared twice.", where=place, do="Keep one.")
        found.append(model)
    return tuple(found)


def models_share(hub: Hub) -> Fraction:
    """The part of a release's budget that its declared models spend, exactly; 0 where there are none."""
    return Fraction(str(hub.settings.privacy.models_share)) if hub.settings.models else Fraction(0)


def _refuse_share(share: float, where: str) -> None:
    if not 0 < share < 1:
        raise TiphubError(
            f"models_share cannot be {share:g}: it is the part of the budget that the declared models spend.",
            where=where,
            do="Choose a number above 0 and below 1, such as 0.1.",
        )


def _same(one: DeclaredModel, other: DeclaredModel) -> bool:
    return (one.outcome.name, set(one.on), one.among) == (other.outcome.name, set(other.on), other.among)


def _declared(
    hub: Hub, wanted: ModelSettings, standard: Standard, carried: list[str], where: str
) -> DeclaredModel:
    values: dict[str, CountryValues] = {
        name: read_country_values(hub.root / path, standard) for name, path in wanted.covariates.items()
    }
    for name in wanted.on:
        if name.endswith("risk") and name not in values and name not in standard.columns:
            raise TiphubError(
                f"The covariate {name} has no values.",
                where=where,
                do=f"Name a CSV with the columns country and value: covariates: {{{name}: FILE.csv}}",
            )
    try:
        return declare_model(
            standard,
            outcome=wanted.outcome,
            on=wanted.on,
            carried=carried,
            among=wanted.among,
            covariates=values,
        )
    except TiphubError as error:
        raise TiphubError(
            error.what.replace("This source", "The release"), where=where, do=error.do
        ) from None
