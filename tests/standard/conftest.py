"""A copy of the standard that a test may break."""

import shutil
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest

PARTS = ("fields", "groups", "codes")


def copy_standard(to: Path) -> Path:
    with_files = Path(str(files("tiphub.standard")))
    for part in PARTS:
        shutil.copytree(with_files / part, to / part)
    shutil.copy(with_files / "order.yml", to / "order.yml")
    return to


@pytest.fixture
def standard_copy(tmp_path: Path) -> Path:
    return copy_standard(tmp_path / "standard")


@pytest.fixture(scope="module")
def fuzzed_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_standard(tmp_path_factory.mktemp("fuzzed") / "standard")


@pytest.fixture
def edit(standard_copy: Path) -> Callable[[str, str, str], Path]:
    """Replace a piece of one file of the copy; the piece has to be there."""

    def change(name: str, old: str, new: str) -> Path:
        path = standard_copy / name
        text = path.read_text("utf-8")
        assert old in text, f"{name} has no {old!r}: mend the test"
        path.write_text(text.replace(old, new, 1), "utf-8")
        return standard_copy

    return change
