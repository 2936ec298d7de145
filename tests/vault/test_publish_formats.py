"""Each description of a release, held against the tool or the rules of those who read it."""

import io
import json
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import mlcroissant
import pandas as pd
import pytest
import yaml

from release.sample import DESCRIPTION, content, counted, publish_sample, variables
from tiphub.errors import TiphubError
from tiphub.release import check

CFF_KEYS = {
    "abstract", "authors", "cff-version", "commit", "contact", "date-released", "doi", "identifiers",
    "keywords", "license", "license-url", "message", "preferred-citation", "references", "repository",
    "repository-artifact", "repository-code", "title", "type", "url", "version",
}  # fmt: skip
ENTITY_KEYS = {
    "address", "alias", "city", "country", "date-end", "date-start", "email", "fax", "location", "name",
    "orcid", "post-code", "region", "tel", "website",
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish_sample(tmp_path_factory.mktemp("releases"), given=content(1_000))


def test_frictionless_finds_the_package_valid(folder: Path) -> None:
    command = [Path(sys.executable).parent / "frictionless", "validate", "--json", "datapackage.json"]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    report = json.loads(run.stdout)
    assert report["valid"], run.stdout
    assert {task["name"]: task["type"] for task in report["tasks"]} == {
        "records": "table", "counts": "table", "records-parquet": "file", "counts-parquet": "file",
    }  # fmt: skip


def test_mlcroissant_reads_the_records(folder: Path) -> None:
    dataset = mlcroissant.Dataset(jsonld=folder / "croissant.json")
    assert not dataset.metadata.ctx.issues.errors
    first = next(iter(dataset.records("records")))
    written = pd.read_csv(folder / "records.csv", nrows=1)
    assert len(first) == len(written.columns)
    assert first["records/year_of_registration"] == written["year_of_registration"][0]


@pytest.mark.parametrize(
    ("licence", "expected"),
    [
        ("CC-BY-4.0", {"license": "CC-BY-4.0"}),
        ("CC-BY-3.0-IGO", {"license-url": "https://creativecommons.org/licenses/by/3.0/igo/"}),
        ("https://example.org/terms", {"license-url": "https://example.org/terms"}),
        ("Ask us first", {}),
    ],
)
def test_the_citation_keeps_the_rules_of_cff(tmp_path: Path, licence: str, expected: dict[str, str]) -> None:
    awkward = replace(
        DESCRIPTION, title='Cases: "2026" — été, حالات', licence=licence, homepage="", contact=""
    )
    folder = publish_sample(tmp_path, given=content(200), description=awkward)
    cff = yaml.safe_load((folder / "CITATION.cff").read_text("utf-8"))
    assert cff.keys() <= CFF_KEYS
    assert {"authors", "cff-version", "message", "title"} <= cff.keys()
    assert cff["cff-version"] == "1.2.0"
    assert cff["type"] == "dataset"
    assert cff["title"] == awkward.title
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", cff["date-released"])
    assert isinstance(cff["version"], str)
    assert len(set(cff["keywords"])) == len(cff["keywords"])
    assert all(author.keys() <= ENTITY_KEYS and author["name"] for author in cff["authors"])
    assert {key: value for key, value in cff.items() if key.startswith("license")} == expected


def test_the_readmes_pandas_lines_run_and_mean_what_they_say(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (folder / "README.md").read_text()
    code = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    assert code
    monkeypatch.chdir(folder)
    names: dict[str, object] = {}
    exec(code[1], names)
    records = names["records"]
    assert isinstance(records, pd.DataFrame)
    typed = pd.read_parquet("records.parquet")
    assert list(records.columns) == list(typed.columns)
    assert (records["gender"].isna() == typed["gender"].isna()).all()
    assert ((records["abduction"] == "yes") == typed["abduction"].eq(True)).all()


def test_the_readme_tells_a_researcher_what_to_know(folder: Path) -> None:
    text = (folder / "README.md").read_text()
    for words in (
        "Not a random sample", "Identified victims only", "proxy", "never means no", "How to cite",
        "does **not**", "5647 5aa7", "read.csv", "Excel", "Northern Assistance", "CC-BY-4.0",
    ):  # fmt: skip
        assert words in text
    assert "{{" not in text
    assert "\n\n\n" not in text


class Page(HTMLParser):
    """What a page is made of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, *names: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag in names]


def test_the_codebook_is_one_page_that_loads_nothing(folder: Path) -> None:
    page = Page((folder / "codebook.html").read_text("utf-8"))
    assert not page.all("script", "link", "img", "iframe", "object", "embed", "base", "form")
    assert not [
        name for _, attributes in page.tags for name in attributes if name.startswith("on") or name == "style"
    ]
    assert all((attributes["href"] or "").startswith("#") for attributes in page.all("a"))
    targets = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
    assert {attributes["href"] for attributes in page.all("a")} <= {f"#{target}" for target in targets}


def test_the_codebook_is_accessible_and_whole(folder: Path) -> None:
    text = (folder / "codebook.html").read_text("utf-8")
    page = Page(text)
    assert page.all("html")[0]["lang"] == "en"
    assert len(page.all("h1")) == len(page.all("main")) == len(page.all("nav")) == 1
    assert len(page.all("caption")) == len(page.all("table"))
    assert all("scope" in attributes for attributes in page.all("th"))
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    codebook = json.loads((folder / "codebook.json").read_text("utf-8"))
    assert {column["name"] for column in codebook["columns"]} <= set(ids)
    for codes in codebook["code_lists"].values():
        assert all(f"<code>{code['code']}</code>" in text for code in codes)


def test_the_codebook_has_the_standards_words_in_every_language_it_has(folder: Path) -> None:
    codebook = json.loads((folder / "codebook.json").read_text("utf-8"))
    country = {code["code"]: code for code in codebook["code_lists"]["country"]}
    assert country["UKR"]["label"].keys() == {"en", "fr", "es", "ar"}
    assert country["UKR"]["broader"].startswith("m49_")
    assert codebook["groups"][0]["denominator"].keys() == {"en", "fr", "es", "ar"}


def test_words_of_the_hub_cannot_break_the_codebook(tmp_path: Path) -> None:
    evil = replace(
        DESCRIPTION, title="<script>alert(1)</script>", organisation="</title><img src=x onerror=y>"
    )
    folder = publish_sample(tmp_path, given=content(200), description=evil)
    page = Page((folder / "codebook.html").read_text("utf-8"))
    assert not page.all("script", "img")


def test_csv_reads_in_excels_and_pandas_ways(folder: Path) -> None:
    raw = (folder / "records.csv").read_bytes()
    assert b'"' not in raw
    assert b"\r" not in raw
    assert not re.search(rb"(^|,)[=+@-]", raw)
    frame = pd.read_csv(io.BytesIO(raw), keep_default_na=False)
    assert set(frame["abduction"]) <= {"yes", "no", ""}


def test_two_columns_are_enough_and_one_is_not(tmp_path: Path) -> None:
    given = content(400)
    for names in (("gender",), ("gender", "majority_status")):
        chosen = tuple(item for item in variables() if item.name in names)
        records = given.records.select([item.name for item in chosen])
        narrow = replace(given, records=records, counts=counted(records))
        if len(names) == 1:
            with pytest.raises(TiphubError, match="two columns"):
                publish_sample(tmp_path, given=narrow, variables=chosen, quasi_identifiers=("gender",))
        else:
            folder = publish_sample(tmp_path, given=narrow, variables=chosen, quasi_identifiers=("gender",))
            assert check(folder) == []
