from pathlib import Path

import pytest

from release.sample import KEY, QUASI_IDENTIFIERS, YEARS, content, publish_sample, variables
from tiphub.engine import DuckDBEngine
from tiphub.errors import TiphubError
from tiphub.release import find_release, list_releases, open_release
from tiphub.vault.s6_publish.manifest import write_manifest


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish_sample(tmp_path_factory.mktemp("releases"), given=content(400))


def test_a_release_says_what_it_is(folder: Path) -> None:
    release = open_release(folder)
    assert release.version == "2026-11-21"
    assert release.title.startswith("Human trafficking cases")
    assert release.columns == tuple(item.name for item in variables())
    assert release.smallest_count == 11
    assert release.quasi_identifiers == QUASI_IDENTIFIERS
    assert release.years == YEARS
    assert release.statement["method"] == "k_anonymity"
    assert release.variables == variables()
    assert release.package["version"] == release.version


def test_records_are_a_table_in_the_standard(folder: Path) -> None:
    release = open_release(folder)
    records = release.records(DuckDBEngine())
    schema = records.schema()
    assert tuple(schema.names) == release.columns
    assert schema["abduction"].is_boolean()
    assert schema["year_of_registration"].is_integer()
    assert schema["gender"].is_string()
    assert records.count().execute() == release.rows
    total = release.counts(DuckDBEngine()).filter(lambda table: table.fields == "")["count"].execute()
    assert list(total) == [release.rows]


def test_only_listed_files_are_given(folder: Path) -> None:
    release = open_release(folder)
    assert release.file("records.csv").is_file()
    with pytest.raises(TiphubError, match="has no file"):
        release.file("../../etc/passwd")


def test_releases_come_newest_first_and_a_broken_one_is_told(tmp_path: Path) -> None:
    given = content(200)
    made = [publish_sample(tmp_path, given=given) for _ in range(10)]
    assert [path.name for path in made][::9] == ["2026-11-21", "2026-11-21.10"]
    (tmp_path / "latest").symlink_to(made[-1])
    (tmp_path / ".building-2026-11-21.11-x").mkdir()
    assert [release.version for release in list_releases(tmp_path)] == [path.name for path in reversed(made)]

    (made[3] / "records.csv").write_text("gender\nwoman\n")
    with pytest.raises(TiphubError, match=r"records\.csv was changed"):
        list_releases(tmp_path)
    broken: list[Path] = []
    whole = list_releases(tmp_path, broken=lambda path, _: broken.append(path))
    assert broken == [made[3]]
    assert len(whole) == 9

    made[4].rename(tmp_path / "2027-01-01")
    broken.clear()
    assert len(list_releases(tmp_path, broken=lambda path, _: broken.append(path))) == 8
    assert tmp_path / "2027-01-01" in broken


def test_no_releases_yet(tmp_path: Path) -> None:
    assert list_releases(tmp_path / "none") == ()


@pytest.mark.parametrize(
    "package",
    ["[]", "{}", '{"title": "x", "tiphub": {"years": 1}}', '{"tiphub": [' * 9000],
)
def test_a_signed_folder_of_nonsense_is_an_error_for_people(
    folder: Path, tmp_path: Path, package: str
) -> None:
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "datapackage.json").write_text(package)
    write_manifest(tmp_path, "2026-11-21", [file.name for file in open_release(folder).files], KEY)
    with pytest.raises(TiphubError):
        open_release(tmp_path)


def test_a_hub_or_a_folder_of_releases_means_its_newest_release(tmp_path: Path) -> None:
    newest = publish_sample(tmp_path / "releases", given=content(400))
    assert find_release(tmp_path) == find_release(tmp_path / "releases") == find_release(newest) == newest
