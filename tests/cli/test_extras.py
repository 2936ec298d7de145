"""Commands where the portal's libraries are not installed: what is missing, and what to do."""

import subprocess
import sys
from pathlib import Path

import pytest

WITHOUT = "import sys; sys.modules['altair'] = None; from tiphub.cli import main; main()"


MODEL = ["model", "{file}", "--layout", "ctdc-2018", "--outcome", "child", "--on", "gender"]


@pytest.mark.parametrize(
    "words",
    [
        ["findings", "{file}", "--layout", "ctdc-2018", "--format", "html"],
        [*MODEL, "--format", "html"],
        [*MODEL, "--chart", "a.svg"],
        ["prevalence", "{file}", "--chart", "a.svg"],
        ["serve", "{file}"],
    ],
    ids=" ".join,
)
def test_what_needs_the_portal_says_how_to_install_it(words: list[str], tmp_path: Path) -> None:
    file = tmp_path / "lists.json"
    file.write_text('{"lists": ["A", "B"], "counts": {"A": 30, "B": 20, "A+B": 10}}')
    told = subprocess.run(
        [sys.executable, "-c", WITHOUT, *(word.format(file=file) for word in words)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 1
    assert told.stderr.splitlines() == [
        "error: The portal and its pictures are not installed here (altair is missing).",
        '  to do: Run: pip install "tiphub[portal]"',
    ]
    assert not told.stdout
