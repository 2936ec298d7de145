"""The models that a hub declares: from its settings and public knowledge, never from its records."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

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


def asked_model(hub: Hub, asked: ModelSettings) -> ModelSettings:
    """The model to fit to the hub's own records: what was asked for, filled up from ``hub.yml``.

    An outcome and covariates are a model of their own. Where one of them is left out, the declared model that
    fits gives it, with its ``among``. Values by country that were not handed in are those that the hub's
    models name.

    Args:
        hub: whose settings they are.
        asked: what the user said; an empty outcome or no covariates mean that they were left out, and the
            files of ``covariates`` are as they were written.

    Returns:
        The model, the files of its covariates as whole paths.

    Raises:
        TiphubError: too little was asked for, and no declared model or more than one would fit.
    """
    declared = hub.settings.models
    found, own = asked, {name: str(Path(path).expanduser()) for name, path in asked.covariates.items()}
    if not asked.outcome or not asked.on:
        model = _declared_for(asked, declared, str(hub.root / "hub.yml"))
        among = asked.among or model.among
        found = replace(asked, outcome=model.outcome, on=asked.on or model.on, among=among)
        declared = (model, *(other for other in declared if other is not model))
    known = _country_files(hub, declared)
    return replace(found, covariates={name: known[name] for name in found.on if name in known} | own)


def _country_files(hub: Hub, declared: tuple[ModelSettings, ...]) -> Mapping[str, str]:
    """The files of values by country that the declared models name; the first model's count."""
    found: dict[str, str] = {}
    for model in declared:
        for name, path in model.covariates.items():
            found.setdefault(name, str(hub.root / path))
    return found


def _declared_for(asked: ModelSettings, declared: tuple[ModelSettings, ...], where: str) -> ModelSettings:
    """The declared model with the fewest covariates that has all of what was asked for."""
    example = "Such as: --outcome child --on education,income_level,gender"
    if not declared:
        raise TiphubError("Say which model to fit: hub.yml declares none.", where=where, do=example)
    fitting = [
        model
        for model in declared
        if asked.outcome in ("", model.outcome)
        and set(asked.on) <= set(model.on)
        and _folded(asked.among) in ({}, _folded(model.among))
    ]
    listed = "; ".join(_words(model) for model in declared)
    if not fitting:
        said = f"No model of hub.yml fits what was asked for. It declares: {listed}."
        raise TiphubError(said, where=where, do="Give both --outcome and --on for a model of your own.")
    if len(fitting) > 1 and not asked.on:
        raise TiphubError(
            f"hub.yml declares {len(fitting)} such models: {listed}.",
            where=where,
            do="Choose one with --outcome, --on and --among.",
        )
    return min(fitting, key=lambda model: len(model.on))


def _folded(among: Mapping[str, str]) -> dict[str, str]:
    return {name: value.casefold() for name, value in among.items()}


def _words(model: ModelSettings) -> str:
    among = ", ".join(f"{name}={value}" for name, value in model.among.items())
    return f"{model.outcome} on {', '.join(model.on)}" + (f" (among {among})" if among else "")


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
