"""The list of a release's files with their sums, and the signature over that list."""

import base64
import binascii
import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tiphub.errors import TiphubError

FORMAT = "tiphub-release/1"
MANIFEST = "manifest.json"
SIGNATURE = "manifest.sig"
FILES = (
    "records.csv",
    "records.parquet",
    "counts.csv",
    "counts.parquet",
    "codebook.json",
    "codebook.html",
    "datapackage.json",
    "croissant.json",
    "CITATION.cff",
    "README.md",
    "METHOD.md",
    "evaluation.json",
    "NOTES.md",
)
"""What every release consists of, beside the manifest and its signature."""

LARGEST_JSON = 16 * 2**20
"""Bytes: no metadata file of a release comes near it, so a larger one is not read."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_SUM = re.compile(r"[0-9a-f]{64}")
_KEY = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class ReleaseFile:
    """A file of a release: its name in the folder, its size in bytes and its SHA-256 sum in hexadecimal."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a release says that it consists of; ``public_key`` is the raw Ed25519 key in hexadecimal."""

    version: str
    files: tuple[ReleaseFile, ...]
    public_key: str

    @property
    def fingerprint(self) -> str:
        """The SHA-256 sum of the public key, in groups of four: what two people compare by telephone."""
        return fingerprint(self.public_key)


def fingerprint(public_key: str) -> str:
    """The fingerprint of a public key given in hexadecimal.

    >>> fingerprint("00" * 32)[:19]
    '6668 7aad f862 bd77'
    """
    digest = hashlib.sha256(bytes.fromhex(public_key)).hexdigest()
    return " ".join(digest[start : start + 4] for start in range(0, len(digest), 4))


def sum_file(path: Path) -> ReleaseFile:
    """Measure a file: its size and its SHA-256 sum."""
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256")
    return ReleaseFile(path.name, path.stat().st_size, digest.hexdigest())


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a release folder; nothing it names is opened.

    Raises:
        TiphubError: the folder is no release, or its manifest is not what a manifest has to be.
    """
    if not folder.is_dir():
        raise TiphubError("This is not a folder.", where=str(folder), do="Name the folder of a release.")
    document = read_json(folder, MANIFEST)
    if document.get("format") != FORMAT:
        raise TiphubError(
            f"The manifest's format is not {FORMAT}.",
            where=MANIFEST,
            do="Use the version of tiphub that wrote it.",
        )
    version, public_key, entries = (document.get(key) for key in ("version", "public_key", "files"))
    if not isinstance(version, str) or not is_version(version):
        raise TiphubError(
            "The manifest's version is not a date such as 2026-11-21 or 2026-11-21.2.", where=MANIFEST
        )
    if not isinstance(public_key, str) or not _KEY.fullmatch(public_key):
        raise TiphubError("The manifest's public_key is not an Ed25519 key in hexadecimal.", where=MANIFEST)
    if not isinstance(entries, list) or len(entries) > 1000:
        raise TiphubError("The manifest's files is not a list of files.", where=MANIFEST)
    files = tuple(_entry(entry) for entry in entries)
    if len({file.name for file in files}) != len(files):
        raise TiphubError("The manifest names a file twice.", where=MANIFEST)
    return Manifest(version, files, public_key)


def _entry(entry: Any) -> ReleaseFile:
    match entry:
        case {"path": str(name), "size": int(size), "sha256": str(digest)}:
            if not _NAME.fullmatch(name) or name in (MANIFEST, SIGNATURE):
                raise TiphubError(
                    f"The manifest names {name[:120]!r}, which cannot be a file of a release.",
                    where=MANIFEST,
                    do="Do not use this folder: names that lead elsewhere are a known attack.",
                )
            if size < 0 or not _SUM.fullmatch(digest):
                raise TiphubError(f"The manifest gives no proper size and sum for {name}.", where=MANIFEST)
            return ReleaseFile(name, size, digest)
        case _:
            raise TiphubError("The manifest has an entry without path, size and sha256.", where=MANIFEST)


def verify_signature(folder: Path, manifest: Manifest, public_key: str | None = None) -> None:
    """Hold the signature against the manifest's bytes, with the given key or else with the enclosed one.

    Raises:
        TiphubError: the signature is missing, malformed or not of this key.
    """
    if public_key is not None and public_key != manifest.public_key:
        raise TiphubError(
            f"The release encloses another key (fingerprint {manifest.fingerprint}) than the one given"
            f" ({fingerprint(public_key)}).",
            where=MANIFEST,
            do="Do not use this release, or ask the publisher whether the key was changed.",
        )
    written = _read(folder, SIGNATURE, 1000)
    try:
        signature = base64.b64decode(written.strip(), validate=True)
    except binascii.Error:
        signature = b""
    if len(signature) != 64 or base64.b64encode(signature) + b"\n" != written:
        raise TiphubError(f"{SIGNATURE} is not a signature in base64.", where=SIGNATURE, do=_AGAIN)
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(manifest.public_key))
        key.verify(signature, _read(folder, MANIFEST, LARGEST_JSON))
    except InvalidSignature:
        raise TiphubError(
            f"{SIGNATURE} does not fit {MANIFEST}: one of them was changed.", where=MANIFEST, do=_AGAIN
        ) from None


_AGAIN = "Fetch the release again from its publisher."


def read_json(folder: Path, name: str) -> dict[str, Any]:
    """Read a JSON object from a file of a release, with a bound on its size.

    Raises:
        TiphubError: the file is missing, too large, or holds no JSON object.
    """
    try:
        document = json.loads(_read(folder, name, LARGEST_JSON))
    except (ValueError, RecursionError) as error:
        raise TiphubError(f"{name} is not JSON: {str(error)[:200]}.", where=name, do=_AGAIN) from None
    if not isinstance(document, dict):
        raise TiphubError(f"{name} holds no JSON object.", where=name, do=_AGAIN)
    return document


def _read(folder: Path, name: str, largest: int) -> bytes:
    path = folder / name
    if path.is_symlink() or not path.is_file():
        raise TiphubError(
            f"The release has no file {name}.", where=str(folder), do="Name the folder of a whole release."
        )
    if path.stat().st_size > largest:
        raise TiphubError(
            f"{name} is larger than any such file can be ({path.stat().st_size:,} bytes).", where=name
        )
    return path.read_bytes()


_VERSION = re.compile(r"(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))(?:\.([2-9]|[1-9]\d+))?", re.ASCII)


def is_version(text: str) -> bool:
    """Whether a text is a release's version: a date, from the second release of a day on with a number."""
    return _VERSION.fullmatch(text) is not None


def version_order(version: str) -> tuple[str, int]:
    """What to sort versions by.

    >>> sorted(["2026-11-21.10", "2026-11-21", "2026-11-21.9"], key=version_order)
    ['2026-11-21', '2026-11-21.9', '2026-11-21.10']
    """
    date, _, number = version.partition(".")
    return date, int(number or 1)
