"""Licences that open data carries, and how metadata names them."""

_KNOWN = {
    "CC-BY-4.0": ("Creative Commons Attribution 4.0", "https://creativecommons.org/licenses/by/4.0/"),
    "CC-BY-SA-4.0": (
        "Creative Commons Attribution Share-Alike 4.0",
        "https://creativecommons.org/licenses/by-sa/4.0/",
    ),
    "CC-BY-NC-4.0": (
        "Creative Commons Attribution Non-Commercial 4.0",
        "https://creativecommons.org/licenses/by-nc/4.0/",
    ),
    "CC-BY-NC-SA-4.0": (
        "Creative Commons Attribution Non-Commercial Share-Alike 4.0",
        "https://creativecommons.org/licenses/by-nc-sa/4.0/",
    ),
    "CC-BY-3.0-IGO": (
        "Creative Commons Attribution 3.0 IGO",
        "https://creativecommons.org/licenses/by/3.0/igo/",
    ),
    "CC0-1.0": ("Creative Commons Zero 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
    "ODbL-1.0": ("Open Database License 1.0", "https://opendatacommons.org/licenses/odbl/1-0/"),
    "ODC-By-1.0": ("Open Data Commons Attribution 1.0", "https://opendatacommons.org/licenses/by/1-0/"),
    "PDDL-1.0": (
        "Public Domain Dedication and License 1.0",
        "https://opendatacommons.org/licenses/pddl/1-0/",
    ),
}


def is_spdx(licence: str) -> bool:
    """Whether the licence is one of the SPDX identifiers known here."""
    return licence in _KNOWN


def licence_link(licence: str) -> dict[str, str]:
    """A licence as a data package names it; one not known here stands as the hub wrote it."""
    if licence in _KNOWN:
        title, address = _KNOWN[licence]
        return {"name": licence, "title": title, "path": address}
    if licence.startswith(("https://", "http://")):
        return {"path": licence}
    return {
        "name": "".join(c if c.isalnum() else "-" for c in licence).strip("-") or "unknown",
        "title": licence,
    }
