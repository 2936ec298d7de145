"""The key of the vault. It is never written to a log or an error."""

import os
import secrets
from pathlib import Path

from tiphub.errors import TiphubError
from tiphub.vault.hub import Hub

_SHORTEST = 16


def read_key(hub: Hub) -> str:
    """The key: ``TIPHUB_KEY``, or the file that ``TIPHUB_KEY_FILE`` or else ``hub.yml`` names.

    Raises:
        TiphubError: there is no key, or it is too short to be one.
    """
    given = os.environ.get("TIPHUB_KEY")
    if given is not None:
        return _checked(given, "the environment variable TIPHUB_KEY")
    named = os.environ.get("TIPHUB_KEY_FILE")
    path = Path(named).expanduser() if named else hub.key_file
    try:
        return _checked(path.read_text("utf-8"), str(path))
    except (OSError, UnicodeDecodeError):
        raise TiphubError(
            "The vault's key was not found.",
            where=str(path),
            do="Put the key file back, or set TIPHUB_KEY_FILE or TIPHUB_KEY.",
        ) from None


def make_key(path: Path) -> bool:
    """Write a new key that only this user may read; an existing file is left as it is.

    Returns:
        Whether a new key was made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    except OSError as error:
        raise TiphubError(
            f"The key file cannot be written: {error.strerror}.",
            where=str(path),
            do="Name another: --key-file.",
        ) from None
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(32) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return True


def _checked(text: str, where: str) -> str:
    key = text.strip()
    if len(key) < _SHORTEST or not (key.isascii() and key.isprintable()):
        raise TiphubError(
            f"This is no key for a vault: it must have at least {_SHORTEST} plain characters (ASCII).",
            where=where,
        )
    return key
