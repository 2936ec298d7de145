"""The documentation is whole, up to date, and its examples do what they show."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from tiphub.cli import app
from tiphub.mapping import layout_names
from tiphub.simulate import simulate_agencies, simulate_population
from tiphub.standard import LANGUAGES, load_standard

from .console import Edit, Example, agrees, examples, make, run

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(
    page for page in (*ROOT.glob("*.md"), *DOCS.rglob("*.md")) if (DOCS / "generator") not in page.parents
)
WITH_EXAMPLES = [page for page in PAGES if "```console" in page.read_text("utf-8")]
STANDARD = load_standard("pair")


def names(pages: list[Path]) -> list[str]:
    return [str(page.relative_to(ROOT)) for page in pages]


def headings(page: Path) -> list[str]:
    outside = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"^#+ (.+)$", outside, re.MULTILINE)


def test_generated_pages_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, DOCS / "generate.py", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def command_names(command: object, name: str) -> list[str]:
    below = getattr(command, "commands", None)
    if below is None:
        return [name]
    return [found for word, it in below.items() for found in command_names(it, f"{name} {word}")]


@pytest.mark.parametrize("command", command_names(typer.main.get_command(app), "tiphub"))
def test_every_command_has_its_heading(command: str) -> None:
    assert f"`{command}`" in headings(DOCS / "reference" / "cli.md")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_group_code_list_and_layout_has_its_heading(language: str) -> None:
    page = DOCS / "standard" / ("reference.md" if language == "en" else f"reference.{language}.md")
    found = [heading.split(" ")[0] for heading in headings(page)]
    for name in (*STANDARD.fields, *STANDARD.groups, *STANDARD.code_lists, *layout_names()):
        assert f"`{name}`" in found, f"{page.name} has no heading for {name}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_stands_on_the_page_of_each_language_with_its_definition(language: str) -> None:
    page = DOCS / "standard" / ("reference.md" if language == "en" else f"reference.{language}.md")
    text = page.read_text("utf-8")
    for codes in STANDARD.code_lists.values():
        for code in codes.codes if codes.name != "country" else ():
            assert f"| `{code.code}` | {code.label[language]} | {code.definition[language]} |" in text


def test_every_country_stands_on_the_page_of_countries() -> None:
    text = (DOCS / "standard" / "countries.md").read_text("utf-8")
    missing = [code.code for code in STANDARD.code_lists["country"].codes if f"| `{code.code}` |" not in text]
    assert not missing


def anchors(page: Path) -> set[str]:
    text = page.read_text("utf-8")
    slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings(page)}
    return slugs | set(re.findall(r'<a id="([^"]+)">', text))


@pytest.mark.parametrize("page", PAGES, ids=names(PAGES))
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```$|`[^`\n]*`", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(<?([^)\s>]+)>?\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        assert linked.exists(), f"{target} leads nowhere"
        assert not anchor or linked.suffix != ".md" or anchor in anchors(linked), f"{target}: no such heading"


@pytest.fixture(scope="module")
def agencies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the four fictional agencies, as ``tiphub demo --people 2000`` makes them for a reader."""
    folder = tmp_path_factory.mktemp("examples")
    simulate_agencies(simulate_population(2_000, seed=1), folder, seed=1)
    return folder


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("page", WITH_EXAMPLES, ids=names(WITH_EXAMPLES))
def test_examples_do_what_the_page_shows(page: Path, agencies: Path, tmp_path: Path) -> None:
    shutil.copytree(agencies, tmp_path, dirs_exist_ok=True)
    for example in examples(page.read_text("utf-8")):
        if isinstance(example, Edit):
            make(example, tmp_path)
            continue
        ends, printed = run(example, tmp_path)
        assert ends == example.ends, f"$ {example.command}\n{printed}"
        assert agrees(example.output, printed), (
            f"$ {example.command}\nthe page shows:\n{example.output}\nbut it prints:\n{printed}"
        )


PAGE = """\
```console
$ tiphub --version
tiphub ...
$ tiphub check \\
    nowhere
...
[ends with 1]
```

```text
$ rm -rf /
```
"""


def test_the_examples_of_a_page_are_found_and_run(tmp_path: Path) -> None:
    version, check = examples(PAGE)
    assert isinstance(version, Example)
    assert isinstance(check, Example)
    assert version == Example("tiphub --version", "tiphub ...")
    assert check.command.split() == ["tiphub", "check", "nowhere"]
    assert check.ends == 1
    assert run(version, tmp_path)[0] == 0
    assert agrees(version.output, run(version, tmp_path)[1])
    ends, printed = run(check, tmp_path)
    assert ends == 1
    assert "Traceback" not in printed


EDITS = """\
```diff
--- hub/*/mapping.yml
 gender:
-  column: ..., old
+  column: ..., new
@@ further down
-last: ...
+final: ...
```

```diff
--- hub/new.yml
+one: 1
```
"""


def test_the_edits_of_a_page_are_made(tmp_path: Path) -> None:
    mapping = tmp_path / "hub" / "a" / "mapping.yml"
    mapping.parent.mkdir(parents=True)
    mapping.write_text("gender:\n  column: x, old\nlast: 2\nkept\n", "utf-8")
    change, new = examples(EDITS)
    assert isinstance(change, Edit)
    assert isinstance(new, Edit)
    make(change, tmp_path)
    make(new, tmp_path)
    assert mapping.read_text("utf-8") == "gender:\n  column: x, new\nfinal: 2\nkept\n"
    assert (tmp_path / "hub" / "new.yml").read_text("utf-8") == "one: 1\n"
    with pytest.raises(ValueError, match="0 times"):
        make(change, tmp_path)


def test_an_edit_names_its_file_and_that_file_is_one(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="begins with the file"):
        list(examples("```diff\n-a\n+b\n```\n"))
    with pytest.raises(ValueError, match="stands for 0 files"):
        make(Edit("nowhere.yml", (("a\n", "b\n"),)), tmp_path)


def test_other_programs_are_not_run(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="only tiphub's own"):
        run(Example("rm -rf nothing", ""), tmp_path)


def test_an_example_begins_with_a_command() -> None:
    with pytest.raises(ValueError, match="begins with a command"):
        list(examples("```console\ntiphub --version\n```\n"))


@pytest.mark.parametrize(
    ("said", "printed", "agree"),
    [
        ("", "anything", True),
        ("read 3 rows", "read 3 rows  \n", True),
        ("read 3 rows", "read 4 rows", False),
        ("read ... rows", "read 1,234 rows", True),
        ("first\n...\nlast", "first\nsecond\nthird\nlast", True),
        ("first\n...\nlast", "first\nsecond", False),
        ("a.c", "abc", False),
        ("rows", "read rows", False),
    ],
)
def test_dots_stand_for_anything(said: str, printed: str, *, agree: bool) -> None:
    assert agrees(said, printed) is agree


@given(st.text(alphabet="ab .\n", max_size=30))
def test_what_is_printed_agrees_with_itself(text: str) -> None:
    assert agrees("\n".join(line.rstrip() for line in text.strip().splitlines()), text)
