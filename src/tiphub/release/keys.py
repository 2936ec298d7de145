"""A publisher's public key, as a person gives it."""

import re
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from tiphub.errors import TiphubError

_HEX = re.compile(r"[0-9a-fA-F]{64}")


def read_public_key(given: str) -> str:
    """The key in hexadecimal, from 64 digits or from a file that holds them or a PEM public key.

    >>> read_public_key("AB" * 32) == "ab" * 32
    True

    Raises:
        TiphubError: what was given is neither.
    """
    if _HEX.fullmatch(given.strip()):
        return given.strip().lower()
    path = Path(given)
    try:
        if path.stat().st_size > 10_000:
            raise TiphubError("This file is too large to be a public key.", where=given, do=_DO)
        content = path.read_bytes()
    except (OSError, ValueError):
        raise TiphubError("This is neither a public key nor a file.", where=given[:200], do=_DO) from None
    try:
        text = content.decode("ascii").strip()
        if _HEX.fullmatch(text):
            return text.lower()
        key = load_pem_public_key(content)
    except (ValueError, UnsupportedAlgorithm):
        raise TiphubError("This file holds no public key.", where=given, do=_DO) from None
    if not isinstance(key, Ed25519PublicKey):
        raise TiphubError("This is not an Ed25519 key.", where=given, do=_DO)
    return key.public_bytes_raw().hex()


_DO = "Give 64 hexadecimal digits, or a file that holds them or a PEM public key."
