"""Ctrl-C, wherever it is pressed: a sentence and exit code 130, no traceback."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("raised", ["KeyboardInterrupt()", "RuntimeError('Query interrupted')"])
def test_ctrl_c_ends_in_words(raised: str) -> None:
    """The second is what DuckDB makes of Ctrl-C."""
    command = f"""
from tiphub.cli import app, main
@app.command()
def stopped(): raise {raised}
main()"""
    ended = subprocess.run(
        [sys.executable, "-c", command, "stopped"], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 130
    assert "interrupted: nothing half-done was kept" in ended.stderr
    assert "Traceback" not in ended.stderr
