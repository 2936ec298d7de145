"""Are the files of a release those that were signed?"""

from pathlib import Path

from tiphub.amount import amount
from tiphub.errors import TiphubError
from tiphub.release.finding import Check, Finding
from tiphub.release.manifest import (
    FILES,
    MANIFEST,
    SIGNATURE,
    Manifest,
    read_manifest,
    sum_file,
    verify_signature,
)

_AGAIN = "Fetch the release again from its publisher."


def check_manifest(path: Path) -> tuple[Check, Manifest | None]:
    """The manifest can be read and names nothing outside the folder."""
    title = "The manifest can be read"
    try:
        manifest = read_manifest(path)
    except TiphubError as error:
        return Check("manifest", title, (_told(error),)), None
    return Check(
        "manifest", title, note=f"version {manifest.version}, {amount(len(manifest.files), 'file')}"
    ), manifest


def check_signature(path: Path, manifest: Manifest, public_key: str | None) -> Check:
    """The manifest was signed with the key that it encloses, or with the one given."""
    try:
        verify_signature(path, manifest, public_key)
    except TiphubError as error:
        return Check("signature", "The signature fits the manifest", (_told(error),))
    worth = (
        "the key you gave"
        if public_key
        else "the enclosed key: this proves that nothing changed since signing, not who signed;"
        " compare the fingerprint with the publisher's, or give --public-key"
    )
    return Check(
        "signature", "The signature fits the manifest", note=f"{worth}. Fingerprint {manifest.fingerprint}"
    )


def check_presence(path: Path, manifest: Manifest) -> Check:
    """Every listed file is there, and nothing else."""
    listed = {file.name for file in manifest.files}
    findings = [
        Finding(f"The manifest does not list {name}.", MANIFEST, do=_AGAIN)
        for name in FILES
        if name not in listed
    ]
    for name in sorted(listed):
        if (path / name).is_symlink():
            findings.append(Finding(f"{name} is a link: it may lead anywhere.", name, do=_AGAIN))
        elif not (path / name).is_file():
            findings.append(Finding(f"{name} is missing.", name, do=_AGAIN))
    findings.extend(
        Finding(
            f"{entry.name!r} is not part of the release.", entry.name, do="Take it out: nobody signed for it."
        )
        for entry in sorted(path.iterdir())
        if entry.name not in listed | {MANIFEST, SIGNATURE}
    )
    return Check("files", "Every listed file is there, and no other", tuple(findings))


def check_sums(path: Path, manifest: Manifest) -> tuple[Check, frozenset[str]]:
    """Every file has the size and the sum that were signed; also gives the files that have."""
    findings = []
    good = set()
    for file in manifest.files:
        place = path / file.name
        if place.is_symlink() or not place.is_file():
            continue
        size = place.stat().st_size
        if size != file.size:
            told = f"{file.name} has {size:,} bytes, {file.size:,} were signed."
            findings.append(Finding(told, file.name, do=_AGAIN))
        elif sum_file(place) != file:
            told = f"{file.name} was changed after signing: its SHA-256 differs."
            findings.append(Finding(told, file.name, do=_AGAIN))
        else:
            good.add(file.name)
    check = Check("sums", "Every file has the size and SHA-256 that were signed", tuple(findings))
    return check, frozenset(good)


def _told(error: TiphubError) -> Finding:
    return Finding(error.what, file=error.where, do=error.do)
