"""Who is known to which agency, and what each has noted down: the planted overlap and the planted gaps."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tiphub.simulate.names import misspelt
from tiphub.simulate.population import Population
from tiphub.simulate.truth import Truth
from tiphub.standard import Standard, flag_name, load_standard

Mask = npt.NDArray[np.bool_]
_LAST_DAY = np.datetime64("2025-12-31")
_FROM_AGE = ("age_band", "majority_status")


@dataclass(frozen=True)
class Sightings:
    """One agency's records, ordered by the day of registration.

    ``noted`` is what the agency knows (null: unknown), ``true`` what it would know if it knew all; both are
    tables in the standard with a first column ``person``.
    """

    noted: pa.Table
    true: pa.Table


def see(population: Population) -> Mapping[str, Sightings]:
    """Let the agencies of the truth meet the population; each person is known to one or two of them."""
    truth = population.truth
    standard = load_standard()
    rng = np.random.default_rng([population.seed, 0, 1])
    first, second = _known(rng, truth, population.people)
    found = {}
    for number, name in enumerate(truth.agencies):
        own = np.random.default_rng([population.seed, 0, 2, number])
        once = population.people.filter(pa.array(first == number))
        again = _registered_later(own, truth, standard, population.people.filter(pa.array(second == number)))
        true = pa.concat_tables([once, again]).sort_by(
            [("registration_date", "ascending"), ("person", "ascending")]
        )
        found[name] = Sightings(leave_gaps(own, truth, standard, true, name), true)
    return found


def leave_gaps(
    rng: np.random.Generator, truth: Truth, standard: Standard, true: pa.Table, who: str
) -> pa.Table:
    """Blank out what ``who`` (a key of ``Truth.unknown``) does not know, and untick what it overlooked."""
    columns = {name: true[name].combine_chunks() for name in true.column_names}
    people = true.num_rows
    gaps = {name: rng.random(people) < share for name, share in truth.unknown[who].items()}
    for name in _FROM_AGE:
        gaps[name] = gaps.get("age", np.zeros(people, dtype=bool))
    for name, column in standard.columns.items():
        if name not in columns:
            continue
        if column.option and column.option.merged_from:
            parts = [columns[flag_name(str(column.group), part)] for part in column.option.merged_from]
            columns[name] = reduce(pc.or_kleene, parts)
            continue
        cells = columns[name]
        if column.group is not None:
            cells = pc.and_kleene(cells, pa.array(rng.random(people) >= truth.overlooked))
        gap = gaps.get(column.group or name)
        columns[name] = (
            cells if gap is None else pc.if_else(pa.array(gap), pa.scalar(None, cells.type), cells)
        )
    return pa.table(columns)


def _known(rng: np.random.Generator, truth: Truth, people: pa.Table) -> tuple[npt.NDArray[np.int64], ...]:
    """The number of the agency, and of the second agency or -1, of every person."""
    names = list(truth.agencies)
    places = people["country_of_exploitation"]
    first = np.full(people.num_rows, -1)
    second = np.full(people.num_rows, -1)
    for number, reach in enumerate(truth.agencies.values()):
        reached = pc.is_in(places, value_set=pa.array(reach.countries, pa.string())).to_numpy()
        taken = (reached | (not reach.countries)) & (first < 0) & (rng.random(len(first)) < reach.share)
        first[taken] = number
        lot = rng.random(len(first))
        for other, share in reach.also.items():
            second[taken & (lot >= 0) & (lot < share)] = names.index(other)
            lot -= share
    return first, second


def _registered_later(
    rng: np.random.Generator, truth: Truth, standard: Standard, people: pa.Table
) -> pa.Table:
    """The same people, registered some days later by another hand."""
    days = people["registration_date"].to_numpy() + rng.integers(1, truth.later + 1, people.num_rows)
    days = np.minimum(days, _LAST_DAY)
    birth = people["birth_date"].to_numpy()
    # Month x 31 + day orders the days of a year, which is all that an age needs.
    age = _year(days) - _year(birth) - (_day_of_year(days) < _day_of_year(birth))
    changed = {
        "given_name": misspelt(rng, people["given_name"].combine_chunks(), truth.misspelt),
        "registration_date": pa.array(days),
        "year_of_registration": pa.array(_year(days).astype(np.int32)),
        "age": pa.array(age.astype(np.int32)),
    }
    bands = [code for code in standard.code_lists["age_band"].codes if code.broader]
    position = np.searchsorted([code.minimum or 0 for code in bands], age, side="right") - 1
    changed["age_band"] = pa.array([code.code for code in bands]).take(pa.array(position))
    changed["majority_status"] = pa.array([code.broader for code in bands]).take(pa.array(position))
    for name, column in changed.items():
        people = people.set_column(people.schema.get_field_index(name), name, column)
    return people


def _year(days: npt.NDArray[np.datetime64]) -> npt.NDArray[np.int64]:
    return days.astype("datetime64[Y]").astype(np.int64) + 1970


def _day_of_year(days: npt.NDArray[np.datetime64]) -> npt.NDArray[np.int64]:
    month = days.astype("datetime64[M]")
    day = (days.astype("datetime64[D]") - month.astype("datetime64[D]")).astype(np.int64)
    return np.asarray(month.astype(np.int64) % 12 * 31 + day, dtype=np.int64)
