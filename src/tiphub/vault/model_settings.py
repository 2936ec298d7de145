"""The models that ``hub.yml`` declares, as they stand there."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from typing import Any

from tiphub.errors import TiphubError


@dataclass(frozen=True)
class ModelSettings:
    """One entry of ``models``.

    ``on`` are the covariates, ``among`` names the people it is of (column and value), ``covariates`` a CSV of
    values by country for each covariate of the hub's own, relative to the hub's folder.
    """

    outcome: str
    on: tuple[str, ...]
    among: Mapping[str, str] = field(default_factory=dict)
    covariates: Mapping[str, str] = field(default_factory=dict)

    def as_plain(self) -> dict[str, object]:
        """The entry as it is written."""
        said: dict[str, object] = {"outcome": self.outcome, "on": list(self.on)}
        given = {"among": dict(self.among), "covariates": dict(self.covariates)}
        return said | {key: found for key, found in given.items() if found}


def read_models(value: object, where: str) -> tuple[ModelSettings, ...]:
    """The declared models.

    Raises:
        TiphubError: an entry is not written as one.
    """
    if value is None:
        return ()
    if not isinstance(value, list):
        raise TiphubError("models is a list of models.", where=where, do=_EXAMPLE)
    return tuple(_model(item, f"{where}, models, number {at}") for at, item in enumerate(value, start=1))


_EXAMPLE = "Write each as: - {outcome: child, on: [education, income_level, gender]}"


def _model(item: object, where: str) -> ModelSettings:
    if not isinstance(item, Mapping):
        raise TiphubError("This is no model.", where=where, do=_EXAMPLE)
    known = [entry.name for entry in fields(ModelSettings)]
    # YAML reads a plain `on` as true.
    item = {"on" if key is True else key: value for key, value in item.items()}
    for key in item:
        if key not in known:
            close = get_close_matches(str(key), known, 1)
            hint = f"Did you mean '{close[0]}'?" if close else f"Known are: {', '.join(known)}."
            raise TiphubError(f"'{key}' is no setting of a model.", where=where, do=hint)
    outcome, on = item.get("outcome"), item.get("on")
    if not isinstance(outcome, str):
        raise TiphubError("The model names no outcome.", where=where, do=_EXAMPLE)
    if not isinstance(on, list) or not on or not all(isinstance(name, str) for name in on):
        raise TiphubError("The model names no list of covariates under 'on'.", where=where, do=_EXAMPLE)
    return ModelSettings(outcome, tuple(on), _texts(item, "among", where), _texts(item, "covariates", where))


def _texts(item: Mapping[Any, Any], key: str, where: str) -> Mapping[str, str]:
    """Names and texts; YAML reads yes and no as true and false."""
    value = item.get(key) or {}
    if not isinstance(value, Mapping):
        do = "Write {gender: man}." if key == "among" else "Write {climate_risk: risk.csv}."
        raise TiphubError(f"'{key}' cannot be {value!r}.", where=where, do=do)
    said = {True: "yes", False: "no"}
    return {
        str(name): said.get(text, str(text)) if isinstance(text, bool) else str(text)
        for name, text in value.items()
    }
