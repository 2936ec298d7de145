"""The order of work: the one module that calls the stages."""

import os
from dataclasses import dataclass
from pathlib import Path

from tiphub.vault.hub import Hub, Settings, create_hub
from tiphub.vault.keys import make_key
from tiphub.vault.store import Store


@dataclass(frozen=True)
class NewHub:
    """A hub that was just made; ``key_file`` is where its new key lies, ``None`` if it has one already."""

    hub: Hub
    key_file: Path | None


def found(path: Path, settings: Settings) -> NewHub:
    """Make a hub: its folder, its key and its empty vault.

    Raises:
        TiphubError: something is there already, or the key cannot be written.
    """
    made: list[Path] = []

    def prepare(draft: Hub) -> None:
        if not {"TIPHUB_KEY", "TIPHUB_KEY_FILE"} & os.environ.keys() and make_key(draft.key_file):
            made.append(draft.key_file)
        with Store.open(draft, create=True) as store:
            store.signing_key()

    hub = create_hub(path, settings, prepare)
    return NewHub(hub, made[0] if made else None)
