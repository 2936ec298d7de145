"""`tiphub serve`, where it has to refuse."""

import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tiphub.cli import app
from tiphub.errors import TiphubError


def test_an_empty_folder_is_refused_at_the_start(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["serve", str(tmp_path)])
    assert isinstance(done.exception, TiphubError)
    assert "no release" in str(done.exception)
    assert "tiphub build" in done.exception.do


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["serve", str(tmp_path / "nowhere")])
    assert isinstance(done.exception, TiphubError)
    assert "no such folder" in str(done.exception)


@pytest.mark.parametrize("option", ["--port=70000", "--port=x"])
def test_a_port_that_is_none_is_refused(tmp_path: Path, option: str) -> None:
    assert CliRunner().invoke(app, ["serve", str(tmp_path), option]).exit_code == 2


def test_a_port_that_is_taken_is_refused_in_words(releases: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = CliRunner().invoke(app, ["serve", str(releases), "--port", str(taken.getsockname()[1])])
    assert isinstance(done.exception, TiphubError)
    assert "--port" in done.exception.do
