"""A hub whose truth is planted at what was published of children in trafficking, or at its reverse.

Every share is planted as it stands, not through the models of ``truth.yml``, so that what a story says of it
can be held against it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from math import log
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from release.sample import Content, publish_sample
from tiphub.portal.questions import columns_of
from tiphub.simulate import Truth, load_truth, simulate_population
from tiphub.simulate.sightings import leave_gaps
from tiphub.simulate.truth import ChildModel, InternationalModel, Shares
from tiphub.standard import load_standard, variable

PEOPLE = 30_000
YEARS = (2002, 2025)


@dataclass(frozen=True)
class Said:
    """Shares of people. The defaults are those of the two articles and of the open file of 2018.

    ``abroad`` are the odds of a girl, and what they are multiplied by for a boy; of adults, the share abroad.
    """

    children: float = 0.183
    girls: float = 0.574
    from_13_to_17: float = 0.466
    up_to_2: float = 0.126
    labour: float = 0.434
    sexual: float = 0.208
    family_girls: float = 0.353
    family_boys: float = 0.470
    family_adults: float = 278 / 3_220
    abroad: tuple[float, float] = (0.927, 0.61)
    adults_abroad: float = 0.7
    control_as: Mapping[str, str] | None = None

    @property
    def family_children(self) -> float:
        """303 of 751 by default."""
        return self.girls * self.family_girls + (1 - self.girls) * self.family_boys

    @property
    def children_at_home(self) -> float:
        """57% by default."""
        girls, boys = self.abroad[0], self.abroad[0] * self.abroad[1]
        return 1 - self.girls * girls / (1 + girls) - (1 - self.girls) * boys / (1 + boys)


ARTICLES = Said()
REVERSED = Said(
    labour=0.208,
    sexual=0.434,
    family_girls=0.125,
    family_boys=0.034,
    family_adults=303 / 751,
    abroad=(7.0, 0.61),
    adults_abroad=0.43,
    control_as={
        "child_sexual": "adult_sexual",
        "child_labour": "adult_labour",
        "adult_sexual": "child_sexual",
        "adult_labour": "child_labour",
    },
)
ALIKE = Said(family_girls=0.2, family_boys=0.2, family_adults=0.2)


def planted(said: Said) -> Truth:
    """The truth in which just this is so."""
    plain = load_truth()
    alike = dict.fromkeys(plain.child.education, 1.0), dict.fromkeys(plain.child.income_level, 1.0)
    ages = {
        "0-2": said.up_to_2,
        "3-8": 0.2,
        "9-12": 0.8 - said.up_to_2 - said.from_13_to_17,
        "13-17": said.from_13_to_17,
    }
    both = 0.03
    children = {
        "forced_labour": said.labour - both,
        "sexual_exploitation": said.sexual - both,
        "sexual_exploitation+forced_labour": both,
        "forced_begging": 0.2,
        "other": 0.8 - said.labour - said.sexual + both,
    }
    return replace(
        plain,
        trans_nonconforming=0.0,
        origins={name: replace(origin, women=said.girls) for name, origin in plain.origins.items()},
        child=ChildModel(
            log(said.children / (1 - said.children)), *alike, 1.0, dict.fromkeys(plain.child.gender, 1.0)
        ),
        child_age=dict.fromkeys(plain.child_age, ages),
        international=InternationalModel(
            log(said.abroad[0]), log(said.adults_abroad / (1 - said.adults_abroad)), said.abroad[1], alike[1]
        ),
        exploitation=plain.exploitation | {"child": {"woman": children, "man": children}},
        scam_compounds=replace(plain.scam_compounds, share=0.0),
        recruiter_relation={
            "child": {"woman": _recruiters(said.family_girls), "man": _recruiters(said.family_boys)},
            "adult": dict.fromkeys(("woman", "man"), _recruiters(said.family_adults)),
        },
        means_of_control={
            name: plain.means_of_control[(said.control_as or {}).get(name, name)]
            for name in plain.means_of_control
        },
        overlooked=0.0,
    )


def _recruiters(family: float) -> Shares:
    return {"family": family, "intimate_partner": 0.14, "friend": 0.11, "other": 0.75 - family}


def publish_planted(
    releases: Path,
    said: Said,
    *,
    seed: int,
    size: int = PEOPLE,
    without: Collection[str] = (),
    blank: bool = False,
) -> Path:
    """A release of what an agency knows of such people; invented as they are, nothing protects them.

    It lacks the fields and groups ``without``, or has them (``blank``) without any answer.
    """
    standard = load_standard()
    truth = planted(said)
    people = simulate_population(size, seed=seed, truth=truth).people
    known = leave_gaps(np.random.default_rng(seed), truth, standard, people, "harbour")
    absent = {name for item in without for name in columns_of(standard, item)}
    names = tuple(name for name in standard.published if blank or name not in absent)
    known = known.drop_columns([name for name in known.column_names if name in absent])
    records = pa.table({name: _text(known, name) for name in names})
    nothing = pa.nulls(1, pa.float64())
    total = {"fields": [""], "values": [""], "count": pa.array([records.num_rows], pa.int64())}
    return publish_sample(
        releases,
        day=date(2026, 11, 21),
        given=Content(
            records=records,
            counts=pa.table(total | {"std": nothing, "low": nothing, "high": nothing}),
            statement={
                "method": "none",
                "parameters": {"noise": "none"},
                "unit": "one invented person's record",
                "protects_from": ["nothing"],
                "does_not_protect_from": ["anything"],
            },
            loss={},
        ),
        variables=tuple(variable(standard, name, years=YEARS) for name in names),
        quasi_identifiers=(),
        smallest_count=None,
    )


def _text(table: pa.Table, name: str) -> pa.Array:
    if name not in table.column_names:
        return pa.nulls(table.num_rows, pa.string())
    cells = table[name]
    return pc.if_else(cells, "yes", "no") if pa.types.is_boolean(cells.type) else pc.cast(cells, pa.string())
