"""One population of fictional people, drawn from the planted truth in causal order."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tiphub.simulate.draws import (
    choose,
    chosen_flags,
    flags_by,
    labels_of,
    logistic,
    odds,
    pick_by,
    text,
    years_of,
)
from tiphub.simulate.names import family_names, given_names
from tiphub.simulate.truth import Shares, Truth, load_truth
from tiphub.standard import Standard, flag_name, load_standard

CHUNK = 100_000
Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Draw:
    rng: np.random.Generator
    truth: Truth
    standard: Standard
    columns: dict[str, pa.Array]


@dataclass(frozen=True)
class Population:
    """Fictional people as they are, before any agency has seen them.

    ``people`` is a table in the standard with a first column ``person`` (0, 1, 2, ...). It knows everything:
    null stands only where a question makes no sense (the sector of labour without forced labour).
    """

    people: pa.Table
    truth: Truth
    seed: int


def simulate_population(people: int = 60_000, *, seed: int = 1, truth: Truth | None = None) -> Population:
    """Draw a population.

    Args:
        people: how many.
        seed: the same seed gives the same people.
        truth: the planted parameters; those of ``truth.yml`` by default.

    >>> simulate_population(10, seed=3).people.num_rows
    10
    """
    planted = truth or load_truth()
    return Population(pa.concat_tables(draw_chunks(people, seed=seed, truth=planted)), planted, seed)


def draw_chunks(people: int, *, seed: int, truth: Truth) -> Iterator[pa.Table]:
    """Draw people in chunks, so that memory does not grow with their number."""
    standard = load_standard()
    for number, first in enumerate(range(0, max(people, 1), CHUNK)):
        draw = _Draw(np.random.default_rng([seed, number]), truth, standard, {})
        yield _people(draw, first, min(CHUNK, people - first))


def _people(draw: _Draw, first: int, people: int) -> pa.Table:
    rng, truth, standard = draw.rng, draw.truth, draw.standard
    year = np.array(list(truth.years))[choose(rng, {str(y): w for y, w in truth.years.items()}, people)]
    origins = list(truth.origins)
    citizenship = choose(rng, {name: origin.weight for name, origin in truth.origins.items()}, people)
    women = np.array([truth.origins[name].women for name in origins])[citizenship]
    genders = ("woman", "man", "trans_nonconforming")
    gender = np.where(rng.random(people) < women, 0, 1)
    gender[rng.random(people) < truth.trans_nonconforming] = 2

    levels = list(truth.education)
    level = np.array([levels.index(_income(standard, name)) for name in origins])[citizenship]
    schooling = labels_of(truth.education)
    education = pick_by(rng, truth.education, schooling, {name: level == i for i, name in enumerate(levels)})

    model = truth.child
    climate = np.array([truth.origins[name].climate for name in origins])[citizenship]
    child = logistic(
        rng,
        model.intercept
        + odds(model.education, schooling)[education]
        + odds(model.income_level, levels)[level]
        + np.log(model.climate) * climate
        + odds(model.gender, genders)[gender],
    )
    strata = {
        "child": child,
        "adult": ~child,
        "woman": gender != 1,
        "man": gender == 1,
    }
    age = np.where(
        child,
        years_of(rng, truth.child_age, {name: education == i for i, name in enumerate(schooling)}, people),
        years_of(rng, truth.adult_age, {name: gender == i for i, name in enumerate(genders)}, people),
    )
    moved = truth.international
    international = logistic(
        rng,
        np.where(child, moved.child, moved.adult)
        + np.log(moved.boy) * (child & (gender == 1))
        + odds(moved.income_level, levels)[level],
    )
    places = sorted({*origins, *(place for origin in truth.origins.values() for place in origin.to)})
    home = np.array([places.index(name) for name in origins])[citizenship]
    abroad = pick_by(
        rng,
        {name: origin.to for name, origin in truth.origins.items()},
        places,
        {name: citizenship == i for i, name in enumerate(origins)},
    )
    place = np.where(international, abroad, home)

    columns = draw.columns
    columns |= {
        "person": pa.array(np.arange(first, first + people, dtype=np.int64)),
        "given_name": given_names(rng, people),
        "family_name": family_names(rng, people),
        "year_of_registration": pa.array(year.astype(np.int32)),
        "gender": text(genders, gender),
        "age": pa.array(age.astype(np.int32)),
        "majority_status": text(("adult", "child"), child.astype(np.int64)),
        "age_band": _age_band(standard, age),
        "citizenship": text(origins, citizenship),
        "country_of_exploitation": text(places, place),
        "education": text(schooling, education),
        "abduction": pa.array(
            rng.random(people) < np.where(child, truth.abduction["child"], truth.abduction["adult"])
        ),
    }
    _dates_and_duration(draw, year, age, strata)
    compounds = np.isin(
        place, [places.index(name) for name in truth.scam_compounds.countries if name in places]
    )
    compounds &= international & ~child & (year >= truth.scam_compounds.since)
    _groups(draw, strata, compounds)
    order = ["person", *(name for name in standard.columns if name in columns)]
    return pa.table({name: columns[name] for name in order})


def _income(standard: Standard, country: str) -> str:
    return (standard.code_lists["country"].by_code[country].extra or {})["income_level"]


def _age_band(standard: Standard, age: Numbers) -> pa.Array:
    bands = [
        code for code in standard.code_lists["age_band"].codes if code.broader and code.minimum is not None
    ]
    starts = [code.minimum or 0 for code in bands]
    return text([code.code for code in bands], np.searchsorted(starts, age, side="right") - 1)


def _dates_and_duration(draw: _Draw, year: Numbers, age: Numbers, strata: Mapping[str, Mask]) -> None:
    """Dates that give the age exactly; a duration that is no longer than the life."""
    rng, truth, columns = draw.rng, draw.truth, draw.columns
    people = len(age)
    month, day = rng.integers(0, 12, people), rng.integers(1, 29, people)
    birth_month, birth_day = rng.integers(0, 12, people), rng.integers(1, 29, people)
    later_birthday = birth_month * 31 + birth_day > month * 31 + day
    birth_year = year - age - later_birthday
    columns["registration_date"] = _dates(year, month, day)
    columns["birth_date"] = _dates(birth_year, birth_month, birth_day)

    names = labels_of(truth.trafficking_duration)
    kind = pick_by(rng, truth.trafficking_duration, names, {k: strata[k] for k in ("child", "adult")})
    lowest, highest = np.array([1, 13, 25])[kind], np.array([12, 24, truth.longest_duration])[kind]
    alive = (year - birth_year) * 12 + month - birth_month
    months = np.minimum(rng.integers(lowest, highest + 1), alive)
    columns["trafficking_duration"] = text(names, np.searchsorted([13, 25], months, side="right"))
    at_start = alive - months
    at_entry = at_start - rng.integers(0, 7, people)
    for name, lived in (
        ("majority_status_at_exploitation", at_start),
        ("majority_status_at_entry", at_entry),
    ):
        columns[name] = text(("child", "adult"), (lived >= 18 * 12).astype(np.int64))


def _dates(year: Numbers, month: Numbers, day: Numbers) -> pa.Array:
    months = ((year - 1970) * 12 + month).astype("datetime64[M]")
    return pa.array(months.astype("datetime64[D]") + (day - 1))


def _groups(draw: _Draw, strata: Mapping[str, Mask], compounds: Mask) -> None:
    rng, truth = draw.rng, draw.truth
    both = {
        f"{age} {gender}": strata[age] & strata[gender]
        for age in ("child", "adult")
        for gender in ("woman", "man")
    }
    types = _flat(truth.exploitation)
    kinds = sorted({*labels_of(types), truth.scam_compounds.then})
    kind = pick_by(rng, types, kinds, both)
    kind[compounds & (rng.random(len(kind)) < truth.scam_compounds.share)] = kinds.index(
        truth.scam_compounds.then
    )
    flags: dict[str, dict[str, Mask]] = {"exploitation_type": chosen_flags(kinds, kind)}
    labour = flags["exploitation_type"]["forced_labour"]
    sexual = flags["exploitation_type"]["sexual_exploitation"]

    for group, table, masks in (
        ("labour_sector", _flat(truth.labour_sector), both),
        (
            "sexual_exploitation_form",
            truth.sexual_exploitation_form,
            {k: strata[k] for k in ("child", "adult")},
        ),
        ("recruiter_relation", _flat(truth.recruiter_relation), both),
    ):
        names = labels_of(table)
        flags[group] = chosen_flags(names, pick_by(rng, table, names, masks))
    situation = {
        f"{age}_{what}": strata[age] & mask
        for age in ("child", "adult")
        for what, mask in (("sexual", sexual), ("labour", ~sexual))
    }
    severity = np.where(rng.random(len(kind)) < truth.severe, 1.0, truth.mild)
    flags["means_of_control"] = flags_by(rng, truth.means_of_control, situation, severity)

    applies = {"labour_sector": labour, "sexual_exploitation_form": sexual}
    for group, options in flags.items():
        void = ~applies[group] if group in applies else None
        for code in draw.standard.options(group):
            parts = [options[part] for part in (code.merged_from or (code.code,)) if part in options]
            yes = np.logical_or.reduce(parts) if parts else np.zeros(len(kind), dtype=bool)
            draw.columns[flag_name(group, code.code)] = pa.array(yes, mask=void)


def _flat(table: Mapping[str, Mapping[str, Shares]]) -> dict[str, Shares]:
    return {f"{outer} {inner}": shares for outer, by in table.items() for inner, shares in by.items()}
