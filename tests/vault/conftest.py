"""Fixtures of the vault's tests."""

from pathlib import Path

import pytest

from tiphub.vault.agencies import add_agency
from tiphub.vault.hub import ReleaseSettings, Settings, open_hub
from tiphub.vault.pipeline import found
from vault.desk import MAPPING, Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A new hub, protected by k-anonymity, whose agency ``refuge`` has a mapping."""
    release = ReleaseSettings(method="k_anonymity")
    found(tmp_path / "hub", Settings(title="A hub", release=release))
    hub = open_hub(tmp_path / "hub")
    add_agency(hub, "refuge", mapping=MAPPING, title="The Refuge")
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    return Desk(hub, inbox)
