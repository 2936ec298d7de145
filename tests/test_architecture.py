"""What import contracts cannot see: imports by name, files opened past the store, public rooms that write."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from release.sample import content, publish_sample

SOURCE = Path(__file__).resolve().parents[1] / "src" / "tiphub"
FILES = sorted(SOURCE.rglob("*.py"))
READERS = ("portal", "charts", "release")
"""Rooms on the public side that only ever read."""

BY_NAME = {"cli/__init__.py", "standard/__init__.py"}
"""The modules that import by name: each what lies in its own folder."""


def place(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            yield name, node


@pytest.mark.parametrize("path", FILES, ids=place)
def test_nothing_is_imported_or_run_by_name(path: Path) -> None:
    found = {name for name, _ in calls(path)} & {"import_module", "__import__", "exec", "eval", "run_module"}
    assert not found - ({"import_module"} if place(path) in BY_NAME else set())


@pytest.mark.parametrize("path", [p for p in FILES if place(p).split("/")[0] in READERS], ids=place)
def test_the_public_side_writes_no_file(path: Path) -> None:
    writing = {"write_text", "write_bytes", "mkdir", "unlink", "rename", "rmtree", "rmdir", "touch"}
    for called, call in calls(path):
        name = called
        if name == "replace" and len(call.args) == 1 and not call.keywords:
            name = "rename"
        assert name not in writing, f"line {call.lineno}: {name}"
        if name == "open":
            modes = [arg.value for arg in call.args if isinstance(arg, ast.Constant)]
            assert not [mode for mode in modes if isinstance(mode, str) and set(mode) & set("wax+")]


def test_only_the_engine_knows_how_the_encrypted_file_is_attached() -> None:
    assert [place(p) for p in FILES if "ENCRYPTION_KEY" in p.read_text("utf-8")] == ["engine/vault_file.py"]


def test_only_the_store_knows_the_name_of_the_encrypted_file() -> None:
    assert [place(p) for p in FILES if "vault.duckdb" in p.read_text("utf-8")] == ["vault/store.py"]


WATCHED = """
import os, sys
from pathlib import Path

import tiphub.portal
from fastapi.testclient import TestClient

hub = Path(sys.argv[1])
client = TestClient(tiphub.portal.create_app(hub))
client.get("/")
opened = []
sys.addaudithook(lambda event, args: opened.append(args[0]) if event == "open" else None)
for page in ("/", "/dashboard", "/dashboard?gender=woman", "/data", "/methods", "/api/releases"):
    assert client.get(page).status_code == 200, page
inside = [Path(name) for name in opened if isinstance(name, str) and Path(name).is_relative_to(hub)]
outside = [path for path in inside if not path.is_relative_to(hub / "releases")]
assert not outside, outside
assert not [name for name in sys.modules if name.startswith("tiphub.vault")]
"""


def test_a_portal_over_a_hub_opens_nothing_of_it_but_its_releases(tmp_path: Path) -> None:
    publish_sample(tmp_path / "releases", given=content(400))
    (tmp_path / "hub.yml").write_text("title: watched\n", "utf-8")
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, tmp_path], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
