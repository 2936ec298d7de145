"""The manifest of a release: what it holds, summed and signed."""

import base64
import json
from collections.abc import Iterable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tiphub.release.manifest import FORMAT, MANIFEST, SIGNATURE, sum_file


def write_manifest(folder: Path, version: str, names: Iterable[str], key: Ed25519PrivateKey) -> None:
    """Write the manifest of the named files of ``folder`` and sign it."""
    files = [sum_file(folder / name) for name in sorted(names)]
    document = {
        "format": FORMAT,
        "version": version,
        "public_key": key.public_key().public_bytes_raw().hex(),
        "files": [{"path": file.name, "size": file.size, "sha256": file.sha256} for file in files],
    }
    content = (json.dumps(document, indent=2, sort_keys=True) + "\n").encode()
    (folder / MANIFEST).write_bytes(content)
    (folder / SIGNATURE).write_bytes(base64.b64encode(key.sign(content)) + b"\n")
