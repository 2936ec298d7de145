"""Licences that open data carries, and how metadata names them."""

from dataclasses import dataclass

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


_NOT_IN_CFF = {"CC-BY-3.0-IGO"}
"""SPDX identifiers that are younger than the list in the Citation File Format 1.2.0."""


def is_in_cff(licence: str) -> bool:
    """Whether a citation file may name the licence by its identifier."""
    return licence in _KNOWN and licence not in _NOT_IN_CFF


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence: its identifier (or the hub's own words), its title, its address where it has one."""

    name: str
    title: str
    address: str = ""

    @property
    def in_package(self) -> dict[str, str]:
        """As a data package names it."""
        if self.name == self.address:
            return {"path": self.address}
        name = "".join(letter if letter.isalnum() or letter in ".-_" else "-" for letter in self.name).strip(
            "-"
        )
        return {"name": name or "unknown", "title": self.title} | (
            {"path": self.address} if self.address else {}
        )


def licence_of(written: str) -> Licence:
    """The licence that a hub names by an SPDX identifier, an address, or in its own words.

    >>> licence_of("CC-BY-4.0").title
    'Creative Commons Attribution 4.0'
    """
    if written in _KNOWN:
        return Licence(written, *_KNOWN[written])
    is_address = written.startswith(("https://", "http://"))
    return Licence(written, written, written if is_address else "")
