import json
import shutil
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from typer.testing import CliRunner

from release.sample import KEY, content, publish_sample
from tiphub.cli import app
from tiphub.errors import TiphubError

HEX = KEY.public_key().public_bytes_raw().hex()


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish_sample(tmp_path_factory.mktemp("releases"), given=content(400))


def run(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["check", *map(str, words)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def test_a_good_release(good: Path) -> None:
    code, output = run(good)
    assert code == 0
    assert "✗" not in output
    assert output.count("✓") == 14
    assert "Everything holds." in output


def test_a_changed_release(good: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(good, tmp_path / "release"))
    (folder / "README.md").write_text("changed [bold]")
    code, output = run(folder)
    assert code == 1
    assert "README.md has 14 bytes" in output
    code, output = run(folder, "--format", "json")
    document = json.loads(output)
    assert code == 1
    assert not document["good"]
    failed = [item for item in document["checks"] if item["result"] == "failed"]
    assert [finding["file"] for item in failed for finding in item["findings"]] == ["README.md"]


def test_not_a_release(tmp_path: Path) -> None:
    code, output = run(tmp_path / "[nothing]")
    assert code == 1
    assert "not a folder" in output


def test_the_publishers_key_in_every_form(good: Path, tmp_path: Path) -> None:
    assert run(good, "--public-key", HEX.upper())[0] == 0
    (tmp_path / "key.txt").write_text(HEX + "\n")
    assert run(good, "--public-key", tmp_path / "key.txt")[0] == 0
    pem = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "key.pem").write_bytes(pem)
    assert run(good, "--public-key", tmp_path / "key.pem")[0] == 0
    code, output = run(good, "--public-key", "00" * 32)
    assert code == 1
    assert "encloses another key" in output


def test_what_is_no_key_is_told(good: Path, tmp_path: Path) -> None:
    other = generate_private_key(SECP256R1()).public_key()
    (tmp_path / "ec.pem").write_bytes(other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    (tmp_path / "junk").write_bytes(b"\xff\x00")
    (tmp_path / "large").write_bytes(b"0" * 20_000)
    for given in (
        "nothing",
        tmp_path / "ec.pem",
        tmp_path / "junk",
        tmp_path / "large",
        tmp_path,
        "a\x00b",
        "",
    ):
        with pytest.raises(TiphubError):
            run(good, "--public-key", given)
