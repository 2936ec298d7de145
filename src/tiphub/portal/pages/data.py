"""The data page: every file with its size and checksum, the codebook, how to cite, the versions."""

from typing import Any

from tiphub.portal.cite import citation
from tiphub.portal.pictures import told
from tiphub.portal.view import Page, Portal, Visit, hub_of


def data(portal: Portal, visit: Visit) -> Page:
    """What can be downloaded, and what it means."""
    t, release, standard = visit.t, visit.release, portal.standard
    files = [
        {
            "name": file.name,
            "size": file.size,
            "sha256": file.sha256,
            "address": f"/releases/{release.version}/{file.name}",
        }
        for file in sorted(release.files, key=_order)
    ]
    seals = [
        {"name": name, "address": f"/releases/{release.version}/{name}"}
        for name in ("manifest.json", "manifest.sig")
    ]
    columns = [
        {"name": name, "label": t.of(item.label), "definition": t.of(item.definition)}
        for name in release.columns
        if (item := standard.columns.get(name)) is not None
    ]
    people = portal.catalog.people(release)
    noisy = people.low is not None
    versions = [
        {
            "version": item.version,
            "people": item.rows,
            "people_low": number.low,
            "people_high": number.high,
            "published": hub_of(item).created,
        }
        for item in visit.shelf.releases
        for number in [portal.catalog.people(item)]
    ]
    return Page(
        "data.html",
        {
            "release": release.version,
            "people": release.rows,
            "people_low": people.low,
            "people_high": people.high,
            "files": files,
            "signature": seals,
            "fingerprint": release.fingerprint,
            "columns": columns,
            "citation": {"text": citation(visit).text, "bibtex": citation(visit).bibtex},
            "versions": versions,
            "broken": [{"version": item.version, "why": item.why} for item in visit.shelf.broken],
        },
        lambda: {
            "people": told(people, noisy, t),
            "noisy": noisy,
            "told": _told(portal, visit),
            "files": files,
            "seals": seals,
            "columns": columns,
            "versions": versions,
            "broken": visit.shelf.broken,
            "citation": citation(visit),
            "notes": (release.path / "NOTES.md").read_text("utf-8"),
            "size": _size,
        },
    )


def _told(portal: Portal, visit: Visit) -> dict[str, str]:
    """How many people each version tells of, in words."""
    found = {item.version: portal.catalog.people(item) for item in visit.shelf.releases}
    return {version: told(number, number.low is not None, visit.t) for version, number in found.items()}


_SHOWN_FIRST = (
    "records.csv",
    "records.parquet",
    "counts.csv",
    "counts.parquet",
    "codebook.html",
    "codebook.json",
)


def _order(file: Any) -> tuple[int, str]:
    known = file.name in _SHOWN_FIRST
    return (_SHOWN_FIRST.index(file.name) if known else len(_SHOWN_FIRST), file.name)


def _size(octets: int) -> str:
    """A file's size as people say it.

    >>> _size(1_530_000)
    '1.5 MB'
    """
    for unit, step in (("MB", 1_000_000), ("kB", 1_000)):
        if octets >= step:
            return f"{octets / step:.1f} {unit}"
    return f"{octets} B"
