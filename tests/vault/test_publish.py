"""The gate: what it refuses, what it writes, and that it writes all of it or nothing."""

import hashlib
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from release.noisy import noisy, publish_noisy
from release.sample import DESCRIPTION, EVALUATION, Content, K, content, counted, publish_sample, variables
from tiphub.errors import TiphubError
from tiphub.release import FILES, check, open_release
from tiphub.standard import load_standard
from tiphub.vault.ledger import Booking

TESTS = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def small() -> Content:
    return content(400)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def nothing_was_published(releases: Path) -> bool:
    return not releases.exists() or list(releases.iterdir()) == []


def test_a_release_is_what_the_format_says(small: Content, tmp_path: Path) -> None:
    folder = publish_sample(tmp_path / "releases", given=small)
    assert set(contents(folder)) == {*FILES, "manifest.json", "manifest.sig"}
    assert check(folder) == []
    assert all(path.stat().st_mode & 0o777 == 0o644 for path in folder.iterdir())


def test_the_same_input_and_day_give_the_same_bytes(small: Content, tmp_path: Path) -> None:
    shuffled = replace(small, records=small.records.take(list(reversed(range(small.records.num_rows)))))
    first = publish_sample(tmp_path / "one", given=small)
    again = publish_sample(tmp_path / "elsewhere" / "two", given=shuffled)
    assert contents(first) == contents(again)


def test_versions_are_days_and_never_reused(small: Content, tmp_path: Path) -> None:
    made = [publish_sample(tmp_path, given=small) for _ in range(3)]
    before = contents(made[0])
    assert [path.name for path in made] == ["2026-11-21", "2026-11-21.2", "2026-11-21.3"]
    publish_sample(tmp_path, given=small, day=date(2026, 12, 1))
    assert contents(made[0]) == before
    assert open_release(made[2]).package["tiphub"]["previous_version"] == "2026-11-21.2"


@pytest.mark.parametrize("argument", ["", "  \n"])
def test_a_method_without_an_argument_is_refused(small: Content, tmp_path: Path, argument: str) -> None:
    with pytest.raises(TiphubError, match="no argument page"):
        publish_sample(tmp_path / "releases", given=small, argument=argument)
    assert nothing_was_published(tmp_path / "releases")


@pytest.mark.parametrize(
    "missing", ["method", "parameters", "unit", "protects_from", "does_not_protect_from"]
)
def test_a_thin_statement_is_refused(small: Content, tmp_path: Path, missing: str) -> None:
    statement = {key: value for key, value in small.statement.items() if key != missing}
    with pytest.raises(TiphubError, match=missing):
        publish_sample(tmp_path / "releases", given=replace(small, statement=statement))
    assert nothing_was_published(tmp_path / "releases")


def one_alone(given: Content) -> Content:
    """One person changes citizenship to one that nobody else has; the counts follow."""
    cells = given.records.column("citizenship").to_pylist()
    cells[0] = "ISL"
    place = given.records.column_names.index("citizenship")
    records = given.records.set_column(place, "citizenship", pa.array(cells, pa.string()))
    return replace(given, records=records, counts=counted(records))


def small_count(given: Content) -> Content:
    row = {"fields": ["gender"], "values": ["trans_nonconforming"], "count": [K - 1]}
    nothing = {name: pa.nulls(1, pa.float64()) for name in ("std", "low", "high")}
    return replace(given, counts=pa.concat_tables([given.counts, pa.table(row | nothing)]))


def outside(given: Content) -> Content:
    cells = ["Secretland", *given.records.column("citizenship").to_pylist()[1:]]
    place = given.records.column_names.index("citizenship")
    return replace(
        given, records=given.records.set_column(place, "citizenship", pa.array(cells, pa.string()))
    )


def maybe(given: Content) -> Content:
    cells = ["maybe", *given.records.column("abduction").to_pylist()[1:]]
    place = given.records.column_names.index("abduction")
    return replace(given, records=given.records.set_column(place, "abduction", pa.array(cells, pa.string())))


def with_identifier(given: Content) -> Content:
    ids = pa.array([f"case-{row}" for row in range(given.records.num_rows)])
    return replace(given, records=given.records.append_column("record_id", ids))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (one_alone, "fewer than 11"),
        (small_count, "fewer than 11"),
        (outside, "citizenship holds a value outside its domain"),
        (maybe, "abduction holds a value outside its domain"),
        (with_identifier, "do not have the release's columns"),
    ],
)
def test_content_that_fails_the_check_is_not_published(
    small: Content, tmp_path: Path, change: Any, expected: str
) -> None:
    with pytest.raises(TiphubError) as told:
        publish_sample(tmp_path / "releases", given=change(small))
    assert expected in str(told.value)
    assert nothing_was_published(tmp_path / "releases")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"smallest_count": 1, "given": None}, "protects nobody"),
        ({"smallest_count": 5}, "another k"),
        ({"quasi_identifiers": ("shoe_size",)}, "no column of the release"),
    ],
)
def test_settings_that_make_no_sense_are_refused(
    small: Content, tmp_path: Path, changes: dict[str, Any], expected: str
) -> None:
    given = (
        replace(small, statement={**small.statement, "parameters": {"none": 0}})
        if "given" in changes
        else small
    )
    with pytest.raises(TiphubError, match=expected):
        publish_sample(tmp_path / "releases", **(changes | {"given": given}))


def test_an_identifying_column_can_never_be_published(small: Content, tmp_path: Path) -> None:
    names = ["given_name" if name == "gender" else name for name in small.records.column_names]
    columns = tuple(
        replace(item, name="given_name") if item.name == "gender" else item for item in variables()
    )
    with pytest.raises(TiphubError, match="given_name identifies people"):
        publish_sample(
            tmp_path / "releases",
            given=replace(small, records=small.records.rename_columns(names)),
            variables=columns,
        )


def test_only_what_is_declared_public_gets_out(small: Content, tmp_path: Path) -> None:
    """Strings planted in every corner of the input that is not public are in no file of the release."""
    planted = ["CASE-77-SECRET", str(tmp_path), os.environ.get("USER", "no-such-user-name"), str(Path.home())]
    metadata = {"pandas": planted[0], "path": str(tmp_path)}
    field = small.records.schema.field("gender").with_metadata({"source": planted[0]})
    place = small.records.column_names.index("gender")
    records = small.records.set_column(place, field, small.records.column("gender")).replace_schema_metadata(
        metadata
    )
    counts = small.counts.append_column("record_id", pa.array([planted[0]] * small.counts.num_rows))
    folder = publish_sample(
        tmp_path / "hub-of-kasia" / "releases", given=replace(small, records=records, counts=counts)
    )
    tables = [pq.read_table(folder / name) for name in ("records.parquet", "counts.parquet")]
    assert all(table.schema.metadata is None for table in tables)
    for name, written in contents(folder).items():
        for text in (*planted, "hub-of-kasia"):
            if len(text) > 3 and text != "root":
                assert text.encode() not in written, (name, text)


def test_counts_by_agency_are_published_only_where_given(small: Content, tmp_path: Path) -> None:
    folder = publish_sample(tmp_path, given=small)
    agencies = open_release(folder).package["contributors"][1:]
    assert [agency["title"] for agency in agencies] == ["Northern Assistance", "Hotline South"]
    assert not any("records" in agency for agency in agencies)
    known = replace(DESCRIPTION, agencies=(replace(DESCRIPTION.agencies[0], records=1200),))
    folder = publish_sample(tmp_path, given=small, description=known)
    assert open_release(folder).package["contributors"][1]["records"] == 1200
    assert "about 1,200 records" in (folder / "README.md").read_text()


def test_the_evaluation_carries_the_loss_and_the_public_part(small: Content, tmp_path: Path) -> None:
    release = open_release(publish_sample(tmp_path, given=small))
    assert release.evaluation == {"loss": small.loss, **EVALUATION}


def test_what_a_killed_build_left_is_removed(small: Content, tmp_path: Path) -> None:
    leftover = tmp_path / ".building-2026-11-21-abc"
    leftover.mkdir()
    (leftover / "records.csv").write_text("half")
    folder = publish_sample(tmp_path, given=small)
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]


@pytest.mark.parametrize(
    ("room", "told"),
    [(20_000, "no room to work in: File too large."), (100_000, "could not be written: File too large.")],
)
def test_a_full_disk_leaves_nothing(tmp_path: Path, room: int, told: str) -> None:
    script = (
        "import resource, sys; from pathlib import Path; from release.sample import *\n"
        "given = content(400); resource.setrlimit(resource.RLIMIT_FSIZE, 2 * (int(sys.argv[2]),))\n"
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "publish_sample(Path(sys.argv[1]), given=given)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, tmp_path / "r", str(room)],
        cwd=TESTS, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode != 0
    assert told in run.stderr
    assert nothing_was_published(tmp_path / "r")


def test_a_folder_that_cannot_be_written_is_told(small: Content, tmp_path: Path) -> None:
    (tmp_path / "releases").write_text("a file where the folder should be")
    with pytest.raises(TiphubError, match="could not be written"):
        publish_sample(tmp_path / "releases", given=small)


def test_killed_at_any_moment_there_is_no_half_release(small: Content, tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from release.sample import *\n"
        "given = content(400); print('ready', flush=True)\n"
        "while True: publish_sample(Path(sys.argv[1]), given=given)\n"
    )
    for moment in range(4):
        with subprocess.Popen(
            [sys.executable, "-c", script, tmp_path], cwd=TESTS, stdout=subprocess.PIPE
        ) as process:
            assert process.stdout
            process.stdout.readline()
            time.sleep(0.05 + 0.057 * moment)
            os.kill(process.pid, signal.SIGKILL)
        published = [path for path in tmp_path.iterdir() if not path.name.startswith(".building-")]
        assert all(check(path) == [] for path in published)
    before = len(published)
    publish_sample(tmp_path, given=small)
    assert len(list(tmp_path.iterdir())) == before + 1


def test_the_manifest_has_every_files_sum(small: Content, tmp_path: Path) -> None:
    folder = publish_sample(tmp_path, given=small)
    for file in open_release(folder).files:
        content = (folder / file.name).read_bytes()
        assert (file.size, file.sha256) == (len(content), hashlib.sha256(content).hexdigest())


def test_notes_tell_what_changed(small: Content, tmp_path: Path) -> None:
    first = publish_sample(tmp_path, given=small)
    assert "The first release." in (first / "NOTES.md").read_text()
    place = small.records.column_names.index("education")
    records = small.records.remove_column(place)
    women = pa.array(["woman"] * records.num_rows)
    records = records.set_column(records.column_names.index("gender"), "gender", women).slice(0, 300)
    quasi = ("gender",)
    changed = replace(small, records=records, counts=counted(records))
    columns = tuple(item for item in variables() if item.name != "education")
    second = publish_sample(tmp_path, given=changed, variables=columns, quasi_identifiers=quasi)
    notes = (second / "NOTES.md").read_text()
    assert f"Records: 300 (was {small.records.num_rows}: {300 - small.records.num_rows:+})." in notes
    assert "Columns removed: `education`." in notes
    assert "`gender`: no longer counted: `man`" in notes
    was = small.records.column("gender").to_pylist().count("woman") / small.records.num_rows
    assert f"| Gender (`gender`) | woman | {was:.1%} | 100.0% | {100 - 100 * was:+.1f} points |" in notes


LATER = date(2026, 11, 22)


def test_notes_of_noisy_releases_tell_no_noise_as_a_change(tmp_path: Path) -> None:
    """The same people, protected anew: other counts, other codes that records have, and nothing new."""
    publish_noisy(tmp_path)
    notes = (publish_noisy(tmp_path, day=LATER, given=noisy(seed=2)) / "NOTES.md").read_text()
    assert re.search(r"Records: [\d,]+ \(was [\d,]+\). Noise alone can explain the difference.", notes)
    assert "counted:" not in notes
    assert "There can be the same codes." in notes
    assert "standard deviations of the noise in both releases" in notes
    assert "No share moved by 1% of the records or more, and more than noise can explain." in notes


def test_notes_of_noisy_releases_tell_what_noise_cannot_explain(tmp_path: Path) -> None:
    publish_noisy(tmp_path)
    notes = (publish_noisy(tmp_path, day=LATER, given=noisy(6_000, women=True)) / "NOTES.md").read_text()
    grown = re.search(r"Records: .*: \+[\d,]+, 95% interval \+([\d,]+) to \+([\d,]+)\)", notes)
    assert grown
    low, high = (int(end.replace(",", "")) for end in grown.groups())
    assert low <= 3_000 <= high
    sides = [(given.truth, given.truth.num_rows) for given in (noisy(), noisy(6_000, women=True))]
    told = re.findall(r"\(`(\w+)`\) \| (\S+) \|.* points \| (\S+) to (\S+) \|", notes)
    assert ("gender", "woman") in [row[:2] for row in told]
    for column, value, least, most in told:
        known = None if value == "unknown" else value
        was, now = (truth.column(column).to_pylist().count(known) / rows for truth, rows in sides)
        assert float(least) - 0.1 < 100 * (now - was) < float(most) + 0.1, (column, value)


def test_a_noisy_method_is_published_with_its_intervals(small: Content, tmp_path: Path) -> None:
    alone = one_alone(small)
    rows = alone.counts.num_rows
    noise = {"std": [2.5] * rows, "low": [0.0] * rows, "high": [9e9] * rows}
    exact = alone.counts.select(["fields", "values", "count"])
    counts = pa.table({name: exact.column(name) for name in exact.column_names} | noise)
    statement = {**small.statement, "method": "dp", "parameters": {"epsilon": 4, "rho": "1/4"}}
    noisy = replace(alone, counts=counts, statement=statement)
    booking = Booking(3, "ab" * 32, "dp", Fraction(1, 4), "2026-11-21", 4.0, 1e-6)
    folder = publish_sample(tmp_path, given=noisy, smallest_count=None, booking=booking)
    assert open_release(folder).package["tiphub"]["ledger"] == {"entry": 3, "sha256": "ab" * 32}
    assert check(folder) == []
    assert open_release(folder).smallest_count is None
    assert "Counts carry noise" in (folder / "README.md").read_text()


def test_no_file_names_a_place_on_this_machine(small: Content, tmp_path: Path) -> None:
    for name, written in contents(publish_sample(tmp_path, given=small)).items():
        assert not re.search(rb"/(home|root|tmp|work|Users)/", written), name


def test_codebook_domains_are_the_standards(small: Content, tmp_path: Path) -> None:
    release = open_release(publish_sample(tmp_path, given=small))
    countries = {code["code"] for code in release.codebook["code_lists"]["country"]}
    assert countries == set(load_standard().code_lists["country"].by_code)
