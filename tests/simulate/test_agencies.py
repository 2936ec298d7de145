"""The agencies' files are dirty in exactly the listed ways, and hold the people whom they should."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import yaml

from tiphub.engine import DuckDBEngine
from tiphub.errors import TiphubError
from tiphub.mapping import harmonise, load_mapping, read_options
from tiphub.simulate import (
    AGENCIES,
    Delivery,
    GroundTruth,
    Population,
    agency_files,
    load_truth,
    simulate_agencies,
    simulate_population,
)
from tiphub.standard import load_standard
from tiphub.tabular import open_table

DUPLICATES = {"duplicate_id", "conflicting_duplicate"}
OF_THE_ROW = {"too_many_cells", "cut_off", "undecodable_bytes", "formula_error", "empty_row", "junk_row"}


@pytest.fixture(scope="module")
def population() -> Population:
    return simulate_population(4_000, seed=7)


@pytest.fixture(scope="module")
def truth(population: Population, tmp_path_factory: pytest.TempPathFactory) -> GroundTruth:
    return simulate_agencies(population, tmp_path_factory.mktemp("agencies"), seed=7)


def mapping_of(agency: str) -> Path:
    return Path(str(agency_files(agency))) / "mapping.yml"


def read_raw(agency: str, delivery: Delivery) -> pa.Table:
    options = read_options(load_mapping(mapping_of(agency), load_standard()))
    return pa.Table.from_batches(list(open_table(delivery.path, options).batches()))


def read_harmonised(agency: str, delivery: Delivery) -> pa.Table:
    standard = load_standard()
    engine = DuckDBEngine()
    raw = engine.register("raw", read_raw(agency, delivery))
    table = pa.Table.from_batches(
        list(engine.batches(harmonise(raw, load_mapping(mapping_of(agency), standard), standard)))
    )
    engine.close()
    return table


@pytest.fixture(scope="module")
def harmonised(truth: GroundTruth) -> Mapping[str, pa.Table]:
    return {
        name: read_harmonised(name, contribution.first) for name, contribution in truth.contributions.items()
    }


@pytest.mark.parametrize("agency", AGENCIES)
def test_the_rows_that_cannot_be_taken_are_exactly_the_listed_ones(
    truth: GroundTruth, harmonised: Mapping[str, pa.Table], agency: str
) -> None:
    delivery, table = truth.contributions[agency].first, harmonised[agency]
    assert table.num_rows == delivery.rows
    found = {
        row: problems
        for row, problems in zip(table["row"].to_pylist(), table["problems"].to_pylist(), strict=True)
        if problems
    }
    assert set(found) == {row.row for row in delivery.dirty if row.kind not in DUPLICATES}
    for row in delivery.dirty:
        if row.kind not in DUPLICATES | OF_THE_ROW:
            assert row.column in {problem["column"] for problem in found[row.row]}, row


@pytest.mark.parametrize("agency", AGENCIES)
def test_each_file_is_dirty_in_many_ways_and_as_often_as_declared(truth: GroundTruth, agency: str) -> None:
    declared = Counter[str]()
    for dirt in AGENCIES[agency].dirt:
        declared[dirt.kind] += dirt.rows
    delivery = truth.contributions[agency].first
    assert len(declared) >= 6
    assert {kind: delivery.count(kind) for kind in declared} == dict(declared)
    assert sum(declared.values()) == len(delivery.dirty)


@pytest.mark.parametrize("agency", AGENCIES)
def test_duplicates_stand_twice_and_differ_where_they_conflict(
    truth: GroundTruth, harmonised: Mapping[str, pa.Table], agency: str
) -> None:
    table = harmonised[agency].drop_columns(["row", "problems", "warnings"])
    place = {row: position for position, row in enumerate(harmonised[agency]["row"].to_pylist())}
    ids = Counter(table["record_id"].to_pylist())
    for row in truth.contributions[agency].first.dirty:
        if row.kind in DUPLICATES:
            one, other = table.slice(place[row.row] - 1, 1), table.slice(place[row.row], 1)
            assert ids[row.record_id] == 2
            assert one.equals(other) == (row.kind == "duplicate_id")


@pytest.mark.parametrize("agency", AGENCIES)
def test_what_an_agency_wrote_is_true_or_unknown(
    population: Population, truth: GroundTruth, harmonised: Mapping[str, pa.Table], agency: str
) -> None:
    """A yes, a country, a gender in the file is the person's own; only the later registration may differ."""
    delivery = truth.contributions[agency].first
    dirty = {row.record_id for row in delivery.dirty}
    table = harmonised[agency]
    kept = [
        i
        for i, case in enumerate(table["record_id"].to_pylist())
        if case in delivery.people and case not in dirty
    ]
    wrote = table.take(kept)
    own = population.people.take([delivery.people[case] for case in wrote["record_id"].to_pylist()])
    for name in (
        "gender",
        "citizenship",
        "country_of_exploitation",
        "birth_date",
        "trafficking_duration",
        "education",
    ):
        pairs = zip(wrote[name].to_pylist(), own[name].to_pylist(), strict=True)
        assert all(one is None or one == other for one, other in pairs), name
    for name in (
        "exploitation_type_sexual_exploitation",
        "recruiter_relation_family",
        "means_of_control_threats",
    ):
        pairs = zip(wrote[name].to_pylist(), own[name].to_pylist(), strict=True)
        assert all(other for one, other in pairs if one), name
    known = wrote["citizenship"].null_count / wrote.num_rows
    planted = load_truth().unknown[agency]["citizenship"]
    assert abs(known - planted) < 4 * np.sqrt(planted * (1 - planted) / wrote.num_rows) + 1 / wrote.num_rows


def test_hotlines_never_say_no(harmonised: Mapping[str, pa.Table]) -> None:
    flags = [name for name in harmonised["nightline"].column_names if name.startswith("means_of_control_")]
    answers = {answer for name in flags for answer in harmonised["nightline"][name].to_pylist()}
    assert answers == {True, None}


def test_who_is_known_to_two_agencies_is_as_planted(population: Population, truth: GroundTruth) -> None:
    known: dict[int, set[str]] = {}
    for agency, contribution in truth.contributions.items():
        everyone = {**contribution.first.people, **contribution.corrected.people}
        for person in everyone.values():
            known.setdefault(person, set()).add(agency)
    lost = sum(contribution.first.count("missing_id") for contribution in truth.contributions.values())
    assert 4_000 - lost <= len(known) <= 4_000
    twice = sum(len(agencies) == 2 for agencies in known.values())
    assert max(len(agencies) for agencies in known.values()) == 2
    # Between the smallest and the largest planted chance of being known to a second agency, 4 sigma about.
    chances = [sum(reach.also.values()) for reach in load_truth().agencies.values()]
    assert 4_000 * min(chances) - 60 < twice < 4_000 * max(chances) + 75
    pairs = truth.same_person()
    assert twice * 0.9 < len(pairs) <= twice
    (one, case), (other, its_case) = pairs[0]
    first = truth.contributions
    assert one != other
    assert first[one].first.people[case] == first[other].first.people[its_case]


def test_the_same_seed_gives_the_same_bytes(
    population: Population, truth: GroundTruth, tmp_path: Path
) -> None:
    again = simulate_agencies(population, tmp_path, seed=7)
    for agency, contribution in truth.contributions.items():
        other = again.contributions[agency]
        for one, two in ((contribution.first, other.first), (contribution.corrected, other.corrected)):
            assert (
                hashlib.sha256(one.path.read_bytes()).digest()
                == hashlib.sha256(two.path.read_bytes()).digest()
            )
            assert one.dirty == two.dirty


def test_another_seed_soils_other_rows(population: Population, truth: GroundTruth, tmp_path: Path) -> None:
    other = simulate_agencies(population, tmp_path, seed=8)
    assert other.contributions["harbour"].first.dirty != truth.contributions["harbour"].first.dirty


@pytest.mark.parametrize("agency", AGENCIES)
def test_the_second_file_corrects_the_first_as_listed(truth: GroundTruth, agency: str) -> None:
    contribution = truth.contributions[agency]
    case_number = load_mapping(mapping_of(agency), load_standard()).record_id

    def cases(delivery: Delivery) -> dict[str, tuple[str | None, ...]]:
        table = read_raw(agency, delivery)
        skip = {row.row for row in delivery.dirty if row.kind in DUPLICATES}
        # Lantern's first column holds running numbers, which move.
        names = [name for name in table.column_names if name in AGENCIES[agency].header]
        return {
            cells[case_number]: tuple(cells[name] for name in names)
            for cells in table.to_pylist()
            if cells["_row"] not in skip and cells[case_number] and not cells["_defect"]
        }

    before, after = cases(contribution.first), cases(contribution.corrected)
    assert set(before) - set(after) == set(contribution.gone)
    assert set(after) - set(before) - set(contribution.repaired) == set(contribution.new)
    changed = {case for case in before if case in after and before[case] != after[case]}
    assert changed - set(contribution.repaired) == set(contribution.changed)
    still_dirty = {row.record_id for row in contribution.corrected.dirty}
    assert contribution.repaired
    assert set(contribution.repaired) <= {row.record_id for row in contribution.first.dirty} - still_dirty


def test_a_repaired_row_is_accepted_in_the_second_file(truth: GroundTruth) -> None:
    contribution = truth.contributions["mirador"]
    table = read_harmonised("mirador", contribution.corrected)
    rows = zip(table["record_id"].to_pylist(), table["problems"].to_pylist(), strict=True)
    found = {case: problems for case, problems in rows if case in contribution.repaired}
    assert list(found.values()) == [[]] * len(contribution.repaired)


@pytest.mark.parametrize("agency", AGENCIES)
def test_each_agency_comes_with_its_agreement_and_mapping(agency: str) -> None:
    said = yaml.safe_load((agency_files(agency) / "agency.yml").read_text("utf-8"))
    assert set(said) == {"title", "contact", "agreement", "licence"}
    assert "fictional" in said["title"]
    assert load_mapping(mapping_of(agency), load_standard()).record_id in AGENCIES[agency].header


def test_names_are_made_of_syllables(population: Population) -> None:
    names = {*population.people["given_name"].to_pylist(), *population.people["family_name"].to_pylist()}
    assert all(name.isalpha() and name[0].isupper() and len(name) >= 5 for name in names)
    assert len(names) > 1_000


def test_too_few_people_are_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(TiphubError, match="too few"):
        simulate_agencies(simulate_population(200, seed=1), tmp_path)


def test_the_smallest_demo_has_people_enough(tmp_path: Path) -> None:
    truth = simulate_agencies(simulate_population(2_000, seed=1), tmp_path)
    assert all(contribution.new for contribution in truth.contributions.values())
