"""Every way in which a release can be wrong is found and named; no folder makes the checker fall over."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from release.sample import KEY, content, publish_sample
from tiphub.release import FILES, Finding, check, examine
from tiphub.release.content_checks import check_order
from tiphub.release.tables import ROWS
from tiphub.vault.s6_publish.manifest import write_manifest

EVERY_FILE = (*FILES, "manifest.json", "manifest.sig")


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish_sample(tmp_path_factory.mktemp("releases"), given=content(400))


@pytest.fixture
def folder(good: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(good, tmp_path / "release"))


def sign(folder: Path) -> None:
    """Sign anew, as a publisher would who publishes something wrong."""
    write_manifest(folder, "2026-11-21", FILES, KEY)


def edit_json(path: Path, change: Callable[[dict], object]) -> None:
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))


def told(findings: list[Finding]) -> str:
    return "\n".join(f"{finding.what} {finding.where}" for finding in findings)


def test_a_good_release_passes_every_check(good: Path) -> None:
    checks = list(examine(good, KEY.public_key().public_bytes_raw().hex()))
    assert all(item.passed for item in checks)
    assert {item.name for item in checks} == {
        "manifest", "signature", "files", "sums", "metadata", "statement", "records", "records-parquet",
        "counts-parquet", "rows", "order", "k", "counts", "recount",
    }  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(name=st.sampled_from(EVERY_FILE), place=st.floats(0, 1, exclude_max=True), mask=st.integers(1, 255))
def test_any_changed_byte_is_found_and_its_file_named(good: Path, name: str, place: float, mask: int) -> None:
    with changed(good / name) as content:
        content[int(place * len(content))] ^= mask
        (good / name).write_bytes(content)
        findings = check(good)
    assert any(name in (finding.file, *finding.what.split()) for finding in findings), told(findings)


class changed:  # noqa: N801
    """The bytes of a file to change; the file is as before at the end."""

    def __init__(self, path: Path) -> None:
        self.path, self.before = path, path.read_bytes()

    def __enter__(self) -> bytearray:
        return bytearray(self.before)

    def __exit__(self, *_: object) -> None:
        self.path.write_bytes(self.before)


@settings(max_examples=40, deadline=None)
@given(name=st.sampled_from(EVERY_FILE), part=st.floats(0, 1, exclude_max=True))
def test_a_truncated_file_is_found(good: Path, name: str, part: float) -> None:
    with changed(good / name) as content:
        (good / name).write_bytes(content[: int(part * len(content))])
        assert check(good)


@pytest.mark.parametrize("name", EVERY_FILE)
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert name in told(check(folder))


def test_what_nobody_signed_for_is_named(folder: Path) -> None:
    (folder / "extra.csv").write_text("x")
    (folder / "more").mkdir()
    assert "'extra.csv' is not part" in told(check(folder))
    assert "'more' is not part" in told(check(folder))


def test_links_are_refused(folder: Path, tmp_path: Path) -> None:
    (folder / "NOTES.md").rename(tmp_path / "NOTES.md")
    (folder / "NOTES.md").symlink_to(tmp_path / "NOTES.md")
    assert "NOTES.md is a link" in told(check(folder))
    (folder / "NOTES.md").unlink()
    (folder / "manifest.json").rename(tmp_path / "manifest.json")
    (folder / "manifest.json").symlink_to(tmp_path / "manifest.json")
    assert check(folder)


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "a/b", "..", "", "manifest.json", "a\x00b", "é"]
)
def test_a_manifest_cannot_lead_elsewhere(folder: Path, name: str) -> None:
    edit_json(folder / "manifest.json", lambda document: document["files"][0].update(path=name))
    assert "cannot be a file of a release" in told(check(folder))


MANIFESTS = {
    "empty": b"",
    "not JSON": b"{",
    "a list": b"[]",
    "deep": b"[" * 100_000,
    "huge": b" " * (17 * 2**20),
    "not text": b"\xff\xfe\x00",
    "no format": b"{}",
    "another format": b'{"format": "tiphub-release/99"}',
    "long number": b'{"format": ' + b"9" * 5000 + b"}",
}


@pytest.mark.parametrize("manifest", MANIFESTS.values(), ids=MANIFESTS)
def test_no_manifest_makes_the_checker_fall_over(folder: Path, manifest: bytes) -> None:
    (folder / "manifest.json").write_bytes(manifest)
    findings = check(folder)
    assert len(findings) == 1
    assert "manifest.json" in told(findings)


@pytest.mark.parametrize(
    "change",
    [
        {"version": "../x"}, {"version": 3}, {"public_key": "00"}, {"public_key": None}, {"files": {}},
        {"files": [1]}, {"files": [{"path": "records.csv", "size": -1, "sha256": "0" * 64}]},
        {"files": [{"path": "records.csv", "size": 1, "sha256": "0"}]},
        {"files": [{"path": "records.csv", "size": 1, "sha256": "0" * 64}] * 2},
        {"public_key": "ff" * 32},
    ],
)  # fmt: skip
def test_a_manifest_of_the_wrong_shape_is_told(folder: Path, change: dict) -> None:
    edit_json(folder / "manifest.json", lambda document: document.update(change))
    assert check(folder)


def test_not_a_release(tmp_path: Path) -> None:
    assert "not a folder" in told(check(tmp_path / "nothing"))
    (tmp_path / "file").write_text("x")
    assert "not a folder" in told(check(tmp_path / "file"))
    assert "has no file manifest.json" in told(check(tmp_path))


def test_a_pinned_key_tells_another_signer(folder: Path) -> None:
    write_manifest(folder, "2026-11-21", FILES, Ed25519PrivateKey.generate())
    assert check(folder) == []
    findings = check(folder, KEY.public_key().public_bytes_raw().hex())
    assert "encloses another key" in told(findings)


def test_without_a_key_the_signature_is_said_to_prove_integrity_only(good: Path) -> None:
    signature = next(item for item in examine(good) if item.name == "signature")
    assert "not who signed" in signature.note
    assert "5647 5aa7" in signature.note


def test_a_wrong_cell_is_named_by_row_column_and_value(folder: Path) -> None:
    lines = (folder / "records.csv").read_text().splitlines(keepends=True)
    place = lines[0].strip().split(",").index("gender")
    cells = lines[6].split(",")
    cells[place] = "womon"
    lines[6] = ",".join(cells)
    (folder / "records.csv").write_text("".join(lines))
    found = [finding for finding in check(folder) if finding.column == "gender"]
    assert [(finding.file, finding.row, finding.value) for finding in found] == [("records.csv", 7, "womon")]
    assert "woman, man" in found[0].do


def test_records_that_differ_between_csv_and_parquet_are_named(folder: Path) -> None:
    lines = (folder / "records.csv").read_text().splitlines(keepends=True)
    place = lines[0].strip().split(",").index("abduction")
    cells = lines[4].split(",")
    cells[place] = "yes" if cells[place] != "yes" else "no"
    lines[4] = ",".join(cells)
    (folder / "records.csv").write_text("".join(lines))
    sign(folder)
    differing = next(item for item in examine(folder) if item.name == "records-parquet")
    assert [(finding.row, finding.column) for finding in differing.findings] == [(5, "abduction")]


BROKEN_TABLES = {
    "empty": b"",
    "header alone": b"gender\n",
    "not text": b"\xff\xff\n",
    "an open quote": b'"abc\n',
    "binary": bytes(range(256)) * 10,
}


@pytest.mark.parametrize("table", ["records.csv", "counts.csv", "records.parquet", "counts.parquet"])
@pytest.mark.parametrize("broken", BROKEN_TABLES.values(), ids=BROKEN_TABLES)
def test_a_signed_table_that_is_none_is_told(folder: Path, table: str, broken: bytes) -> None:
    (folder / table).write_bytes(broken)
    sign(folder)
    assert table in told(check(folder))


@pytest.mark.parametrize(
    "row",
    ["gender,womon,50,,,", "gender,woman,-5,,,", "gender,woman,many,,,", "gender,woman,50,nan,,",
     "gender,woman,50", "gender|nothing,woman|x,50,,,", "gender,woman|man,50,,,", "gender,woman,10,,,",
     "gender,woman,50,1,60,70", "gender,woman,50,1,,"],
)  # fmt: skip
def test_a_wrong_count_is_told(folder: Path, row: str) -> None:
    (folder / "counts.csv").write_text(f"fields,values,count,std,low,high\n{row}\n")
    sign(folder)
    found = [finding for finding in check(folder) if finding.file == "counts.csv"]
    assert found
    assert found[0].row == 2


def test_a_count_that_the_records_do_not_have_is_told(folder: Path) -> None:
    text = (folder / "counts.csv").read_text().splitlines()
    row = next(place for place, line in enumerate(text) if line.startswith("gender,woman,"))
    count = int(text[row].split(",")[2])
    text[row] = f"gender,woman,{count + 1},,,"
    (folder / "counts.csv").write_text("\n".join(text) + "\n")
    sign(folder)
    recount = next(item for item in examine(folder) if item.name == "recount")
    assert [(finding.row, finding.value) for finding in recount.findings] == [(row + 1, str(count + 1))]


def test_a_count_that_stands_twice_is_told(folder: Path) -> None:
    text = (folder / "counts.csv").read_text()
    (folder / "counts.csv").write_text(text + text.splitlines()[-1] + "\n")
    sign(folder)
    assert "stands twice" in told(check(folder))


def package_changes() -> Iterator[tuple[str, Callable[[dict], object], str]]:
    yield "k", lambda own: own.update(smallest_count=400), "fewer than 400"
    yield "rows", lambda own: own.update(records=5), "the release says 5"
    yield "no statement", lambda own: own.pop("statement"), "does not say method"
    yield "thin statement", lambda own: own["statement"].pop("does_not_protect_from"), "does_not_protect_from"
    yield "quasi", lambda own: own.update(quasi_identifiers=["shoe_size"]), "shoe_size is no column"
    yield "no quasi", lambda own: own.update(quasi_identifiers=[]), "No quasi-identifiers"
    yield "k text", lambda own: own.update(smallest_count="11"), "lacks what a release says"
    yield "nothing", lambda own: own.clear(), "lacks what a release says"


@pytest.mark.parametrize(
    ("change", "expected"), [p[1:] for p in package_changes()], ids=[p[0] for p in package_changes()]
)
def test_a_promise_that_is_not_kept_is_told(
    folder: Path, change: Callable[[dict], object], expected: str
) -> None:
    edit_json(folder / "datapackage.json", lambda document: change(document["tiphub"]))
    sign(folder)
    assert expected in told(check(folder))


def test_an_argument_is_needed(folder: Path) -> None:
    (folder / "METHOD.md").write_text("\n")
    sign(folder)
    assert "argument why the method holds is missing" in told(check(folder))


@pytest.mark.parametrize(
    "change",
    [
        lambda book: book.pop("columns"),
        lambda book: book.update(columns=[1]),
        lambda book: book.update(code_lists=[]),
        lambda book: book["columns"].append(book["columns"][0]),
        lambda book: book["columns"][0].update(minimum=0, maximum=10**9),
        lambda book: book["columns"][0].update(minimum="x"),
        lambda book: book["columns"][1].update(codes="nothing"),
        lambda book: book["columns"][1].update(kind="text"),
        lambda book: book["columns"][1].update(name=["gender"]),
        lambda book: book["code_lists"]["gender"].append({"code": "secret"}),
        lambda book: book["columns"][1].update(name="given_name"),
        lambda book: book.update(version="2020-01-01"),
    ],
)
def test_a_codebook_that_is_none_or_not_the_standards_is_told(
    folder: Path, change: Callable[[dict], object]
) -> None:
    edit_json(folder / "codebook.json", change)
    sign(folder)
    assert "codebook" in told(check(folder))


def test_a_release_of_another_standard_is_checked_as_far_as_can_be(folder: Path) -> None:
    edit_json(folder / "codebook.json", lambda book: book.update(standard="9.0"))
    sign(folder)
    assert check(folder) == []
    assert "not held against the standard" in next(i for i in examine(folder) if i.name == "metadata").note
    edit_json(folder / "codebook.json", lambda book: book["columns"][1].update(name="given_name"))
    sign(folder)
    assert "given_name identifies people" in told(check(folder))


def test_an_order_that_could_tell_something_is_told(folder: Path) -> None:
    lines = (folder / "records.csv").read_text().splitlines()
    (folder / "records.csv").write_text("\n".join([lines[0], *reversed(lines[1:])]) + "\n")
    sign(folder)
    assert "not sorted" in told(check(folder))


@pytest.mark.parametrize("place", [0, ROWS - 1, ROWS, ROWS + 5])
def test_an_order_is_looked_at_across_slices(place: int) -> None:
    numbers = [*range(place + 1), place - 1, *range(place + 1, ROWS + 10)]
    known = pa.array(["b", "a"]).dictionary_encode()
    rising, falling = (
        pa.DictionaryArray.from_arrays(pa.array(row), known.dictionary) for row in ([1, 0], [0, 1])
    )
    (found,) = check_order(pa.table({"number": numbers})).findings
    assert found.row == place + 3
    assert check_order(pa.table({"code": rising})).passed
    assert not check_order(pa.table({"code": falling})).passed


def test_records_without_a_row_are_told(folder: Path) -> None:
    for name in ("records.csv", "counts.csv"):
        (folder / name).write_text((folder / name).read_text().splitlines()[0] + "\n")
    sign(folder)
    assert "Counted: 0 records" in told(check(folder))
