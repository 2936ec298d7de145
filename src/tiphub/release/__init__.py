"""The format of a release folder: what it holds, how to open it, how to check it.

Everything here reads. The only code that writes a release is `tiphub.vault.s6_publish`.
"""

from tiphub.release.checker import check, examine
from tiphub.release.content import SEPARATOR, UNKNOWN, Content, ModelTables
from tiphub.release.finding import Check, Finding
from tiphub.release.folder import Release, find_release, list_releases, open_release, release_folders
from tiphub.release.keys import read_public_key
from tiphub.release.manifest import (
    FILES,
    MANIFEST,
    SIGNATURE,
    Manifest,
    ReleaseFile,
    fingerprint,
    read_manifest,
)

__all__ = [
    "FILES",
    "MANIFEST",
    "SEPARATOR",
    "SIGNATURE",
    "UNKNOWN",
    "Check",
    "Content",
    "Finding",
    "Manifest",
    "ModelTables",
    "Release",
    "ReleaseFile",
    "check",
    "examine",
    "find_release",
    "fingerprint",
    "list_releases",
    "open_release",
    "read_manifest",
    "read_public_key",
    "release_folders",
]
