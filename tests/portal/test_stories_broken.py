"""A story with a number typed by hand: nothing is built or served with it, and no visitor is blamed."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

import tiphub

VISIT = """
import json, sys
from pathlib import Path
from fastapi.testclient import TestClient
from tiphub.portal import create_app
addresses = ["/stories", "/stories.json", "/stories/family", "/fr/stories/family", "/stories/family.json",
             "/stories/children", "/finding/family_children.svg"]
with TestClient(create_app(Path(sys.argv[1]))) as visitor:
    answers = {address: visitor.get(address) for address in addresses}
print(json.dumps({address: [answer.status_code, answer.text] for address, answer in answers.items()}))
"""


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, with a number typed into the story of the family."""
    folder = tmp_path_factory.mktemp("program")
    shutil.copytree(
        Path(tiphub.__file__).parent, folder / "tiphub", ignore=shutil.ignore_patterns("__pycache__")
    )
    story = folder / "tiphub" / "portal" / "stories" / "library" / "2-family.md"
    with story.open("a", encoding="utf-8") as file:
        file.write("\nSome 45% of them.\n")
    return folder


def run(program: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, "PYTHONPATH": str(program), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("command", [["build", "--plan"], ["build"], ["serve"]], ids=" ".join)
def test_nothing_is_built_or_served_with_it(broken: Path, releases: Path, command: list[str]) -> None:
    done = run(broken, "-m", "tiphub", *command, str(releases))
    lines = (broken / "tiphub/portal/stories/library/2-family.md").read_text("utf-8").splitlines()
    assert done.returncode == 1
    assert "A number is typed by hand: “45%”." in done.stderr
    assert f"2-family.md, line {len(lines)}: Some 45% of them." in done.stderr
    assert "to do: Let {{ finding: … }}" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture(scope="module")
def visited(broken: Path, releases: Path) -> tuple[Mapping[str, tuple[int, str]], str]:
    """What visitors get of a portal that was started otherwise, and what its log says."""
    done = run(broken, "-c", VISIT, str(releases))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), done.stderr


def test_a_broken_story_is_the_portals_fault_and_stops_no_other(
    visited: tuple[Mapping[str, tuple[int, str]], str],
) -> None:
    answers, _ = visited
    assert {address: status for address, (status, _) in answers.items()} == {
        "/stories": 200,
        "/stories.json": 200,
        "/stories/family": 500,
        "/fr/stories/family": 500,
        "/stories/family.json": 500,
        "/stories/children": 200,
        "/finding/family_children.svg": 200,
    }
    page = answers["/stories/family"][1]
    assert "It is nothing that you did" in page
    assert "This choice cannot be shown" not in page
    assert "45%" not in page
    assert "Vous n&#39;y êtes pour rien" in answers["/fr/stories/family"][1]
    assert "nothing that you did" in json.loads(answers["/stories/family.json"][1])["error"]
    listed = [item["name"] for item in json.loads(answers["/stories.json"][1])["stories"]]
    assert listed == ["children", "control", "criminality", "corridors"]


def test_the_log_says_what_is_wrong_once(visited: tuple[Mapping[str, tuple[int, str]], str]) -> None:
    _, log = visited
    assert log.count("A number is typed by hand: “45%”.") == 1
    assert "the story family cannot be told" in log
    assert "2-family.md, line" in log
