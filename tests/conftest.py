"""Fixtures that every room's tests share."""

from pathlib import Path

import pytest

SHARED_DATA = Path(__file__).resolve().parents[1] / ".." / "shared" / "data"


@pytest.fixture(autouse=True)
def _no_key_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TIPHUB_KEY", raising=False)
    monkeypatch.delenv("TIPHUB_KEY_FILE", raising=False)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The real public data files, which are not ours to republish."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the real data files (../shared/data) are not here; this test needs them")
    return SHARED_DATA
