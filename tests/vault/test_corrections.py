"""Corrected files replace by agency and record id, history is kept, and duplicates are never guessed at."""

import pytest

from tiphub.progress import Silent
from tiphub.vault.agencies import load_agency
from tiphub.vault.pipeline import ingest
from tiphub.vault.s2_harmonise import Quality, harmonise_anew, load_reading
from tiphub.vault.schema import HARMONISED
from tiphub.vault.store import Store
from vault.desk import MAPPING, Desk, read_quarantine

A1 = ("A1", "2019", "F", "Ukraine", "")
A2 = ("A2", "2020", "M", "Nepal", "")
A3 = ("A3", "2021", "F", "Peru", "")
A1_BAD = ("A1", "2019", "F", "Atlantis", "")
A2_CORRECTED = ("A2", "2020", "M", "India", "")


def test_a_corrected_file_replaces_by_record_id(desk: Desk) -> None:
    desk.send("1.csv", [A1, A2])
    outcome = desk.send("2.csv", [A2_CORRECTED, A3])
    assert desk.records() == [
        ("A1", "2019", "woman", "UKR"),
        ("A2", "2020", "man", "IND"),
        ("A3", "2021", "woman", "PER"),
    ]
    changes = outcome.quality.changes
    assert changes
    assert (changes.new, changes.changed, changes.unchanged, changes.not_sent) == (1, 1, 0, 1)


def test_history_is_kept(desk: Desk) -> None:
    desk.send("1.csv", [A1, A2])
    desk.send("2.csv", [A1, A2_CORRECTED])
    with Store.open(desk.hub) as store:
        kept = store.engine.execute(
            f"SELECT contribution, record_id, citizenship FROM {HARMONISED} ORDER BY contribution, record_id"
        )
        (first, _) = store.contributions()
        assert store.raw(first).count().execute() == 2
    assert kept == [(1, "A1", "UKR"), (1, "A2", "NPL"), (2, "A1", "UKR"), (2, "A2", "IND")]


def test_a_bad_correction_leaves_the_last_good_record(desk: Desk) -> None:
    desk.send("1.csv", [A1])
    desk.send("2.csv", [A1_BAD])
    assert desk.records() == [("A1", "2019", "woman", "UKR")]
    assert desk.held() == [(2, 2)]
    desk.send("3.csv", [A1, A2])
    assert desk.held() == []
    assert len(desk.records()) == 2


def test_the_same_bad_row_in_every_months_file_is_held_once(desk: Desk) -> None:
    desk.send("1.csv", [A1_BAD])
    desk.send("2.csv", [A1_BAD, A2])
    assert desk.held() == [(2, 2)]


def test_of_exact_duplicates_the_first_is_taken(desk: Desk) -> None:
    outcome = desk.send("1.csv", [A1, A2, A1, A1])
    assert (outcome.quality.accepted, outcome.quality.quarantined) == (2, 2)
    held = read_quarantine(outcome)
    assert [row["_tiphub_row"] for row in held] == ["4", "5"]
    assert all("row 2" in row["_tiphub_reason"] and row["_tiphub_column"] == "case" for row in held)


def test_of_conflicting_duplicates_none_is_taken(desk: Desk) -> None:
    outcome = desk.send("1.csv", [A1, A2, A2_CORRECTED])
    assert desk.records() == [("A1", "2019", "woman", "UKR")]
    assert desk.held() == [(1, 3), (1, 4)]
    assert all("different answers" in row["_tiphub_reason"] for row in read_quarantine(outcome))


def test_a_duplicate_with_a_problem_is_a_conflict(desk: Desk) -> None:
    desk.send("1.csv", [A1, A1_BAD])
    assert desk.records() == []
    assert desk.held() == [(1, 2), (1, 3)]


def test_a_corrected_mapping_empties_the_quarantine(desk: Desk) -> None:
    desk.send("1.csv", [A1, ("A2", "2020", "Frau", "Nepal", "")])
    assert desk.held() == [(1, 3)]
    desk.map(MAPPING.replace("F: woman", "F: woman, Frau: woman"))
    outcome = ingest(desk.hub, desk.agency, [desk.inbox / "1.csv"])
    assert outcome.anew == 1
    assert desk.held() == []
    assert ("A2", "2020", "woman", "NPL") in desk.records()
    assert not (outcome.files[0].report / "quarantine.csv").exists()


def test_harmonising_anew_comes_to_the_same_as_before(desk: Desk) -> None:
    desk.send("1.csv", [A1, A2, A2_CORRECTED])
    desk.send("2.csv", [A1_BAD, A2, A3])
    desk.send("3.csv", [A3, A1])
    before = desk.records(), desk.held()
    desk.map(f"{MAPPING}unknown: ['', '-99']\n")
    agency = load_agency(desk.hub, desk.agency)
    with Store.open(desk.hub) as store:
        changes = [Quality.of_data(item.quality).changes for item in store.contributions()]
        assert len(harmonise_anew(store, agency, load_reading(agency, store.standard), Silent())) == 3
        assert [Quality.of_data(item.quality).changes for item in store.contributions()] == changes
        assert not harmonise_anew(store, agency, load_reading(agency, store.standard), Silent())
    assert (desk.records(), desk.held()) == before


def test_an_earlier_file_with_other_columns_keeps_the_mapping_that_fitted_it(desk: Desk) -> None:
    desk.send("1.csv", [A1])
    desk.map(MAPPING.replace("column: country", "column: nationality"))
    header = ("case", "year", "sex", "nationality", "remarks")
    desk.send("2.csv", [A2], header)
    assert desk.records() == [("A1", "2019", "woman", "UKR"), ("A2", "2020", "man", "NPL")]


@pytest.mark.parametrize("note", ["changed remark", "'=1+1"])
def test_what_is_not_mapped_does_not_count_as_a_change(desk: Desk, note: str) -> None:
    desk.send("1.csv", [A1])
    changes = desk.send("2.csv", [(*A1[:4], note)]).quality.changes
    assert changes
    assert (changes.changed, changes.unchanged) == (0, 1)
