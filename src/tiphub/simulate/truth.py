"""The planted truth as typed values: what the fictional population is drawn from."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from tiphub.errors import TiphubError

Shares = Mapping[str, float]
"""Weights of the answers to one question; several answers of one case are joined with ``+``."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A country of citizenship: weight, fictional climate risk (0 to 10), share of women, where people go."""

    weight: float
    climate: float
    women: float
    to: Shares


@dataclass(frozen=True, slots=True)
class ChildModel:
    """Child or adult at registration: the intercept (log-odds) and the odds ratios of a logistic model."""

    intercept: float
    education: Shares
    income_level: Shares
    climate: float
    gender: Shares


@dataclass(frozen=True, slots=True)
class InternationalModel:
    """Taken abroad: intercepts (log-odds) of children and adults, odds ratios of boys and income levels."""

    child: float
    adult: float
    boy: float
    income_level: Shares


@dataclass(frozen=True, slots=True)
class ScamCompounds:
    """Forced criminality of adults taken to ``countries`` from ``since`` on: its share, and what it is."""

    countries: tuple[str, ...]
    since: int
    share: float
    then: str


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom an agency knows: a share of the people exploited in its countries; who knows them too."""

    countries: tuple[str, ...]
    share: float
    also: Shares


@dataclass(frozen=True, slots=True)
class Truth:
    """All planted parameters, in causal order. ``truth.yml`` says what each means and where it comes from."""

    years: Mapping[int, float]
    trans_nonconforming: float
    origins: Mapping[str, Origin]
    education: Mapping[str, Shares]
    child: ChildModel
    child_age: Mapping[str, Shares]
    adult_age: Mapping[str, Shares]
    international: InternationalModel
    exploitation: Mapping[str, Mapping[str, Shares]]
    scam_compounds: ScamCompounds
    labour_sector: Mapping[str, Mapping[str, Shares]]
    sexual_exploitation_form: Mapping[str, Shares]
    recruiter_relation: Mapping[str, Mapping[str, Shares]]
    severe: float
    mild: float
    means_of_control: Mapping[str, Shares]
    trafficking_duration: Mapping[str, Shares]
    longest_duration: int
    abduction: Shares
    agencies: Mapping[str, Reach]
    later: int
    misspelt: float
    unknown: Mapping[str, Shares]
    overlooked: float


@cache
def load_truth() -> Truth:
    """The truth that the demo and the tests use.

    >>> load_truth().child.education["none"]
    22.76
    """
    return _truth(yaml.safe_load((files("tiphub.simulate") / "truth.yml").read_text("utf-8")), "truth.yml")


def read_truth(path: Path) -> Truth:
    """Read another planted truth of the same shape as ``truth.yml``.

    Raises:
        TiphubError: a section is missing, or one is there that nothing is drawn from.
    """
    return _truth(yaml.safe_load(path.read_text("utf-8")), str(path))


def _truth(document: Mapping[str, Any], where: str) -> Truth:
    expected = {field.name for field in fields(Truth)}
    if different := expected.symmetric_difference(document):
        raise TiphubError(f"Missing or unknown sections: {', '.join(sorted(different))}.", where=where)
    try:
        typed = {
            "origins": {name: Origin(**origin) for name, origin in document["origins"].items()},
            "child": ChildModel(**document["child"]),
            "international": InternationalModel(**document["international"]),
            "scam_compounds": ScamCompounds(
                **{**document["scam_compounds"], "countries": tuple(document["scam_compounds"]["countries"])}
            ),
            "agencies": {
                name: Reach(**{**reach, "countries": tuple(reach["countries"])})
                for name, reach in document["agencies"].items()
            },
        }
    except TypeError as error:
        raise TiphubError(f"Not a planted truth: {error}.", where=where) from None
    return Truth(**{**document, **typed})
