"""The agencies of a hub: who they are, what was agreed with them, how their files are read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path

import yaml

from tiphub.errors import TiphubError
from tiphub.vault.hub import Hub
from tiphub.vault.settings_file import read_settings

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


@dataclass(frozen=True)
class Agency:
    """What ``agency.yml`` says of an agency; ``name`` is its folder's name."""

    name: str
    root: Path
    title: str = ""
    contact: str = ""
    agreement: str = ""
    licence: str = ""

    @property
    def mapping(self) -> Path:
        """How its files are read into the standard."""
        return self.root / "mapping.yml"

    @property
    def reports(self) -> Path:
        """Holds one folder a contribution: what goes back to the agency. Sensitive."""
        return self.root / "reports"


def list_agencies(hub: Hub) -> tuple[Agency, ...]:
    """Every agency of a hub, by name."""
    folders = sorted(path.parent.name for path in hub.agencies.glob("*/agency.yml"))
    return tuple(load_agency(hub, name) for name in folders)


def load_agency(hub: Hub, name: str) -> Agency:
    """An agency of a hub.

    Raises:
        TiphubError: the hub has no such agency, or its ``agency.yml`` is not understood.
    """
    root = hub.agencies / name
    path = root / "agency.yml"
    if not _NAME.fullmatch(name) or not path.is_file():
        known = sorted(found.parent.name for found in hub.agencies.glob("*/agency.yml"))
        close = get_close_matches(name, known, 1)
        raise TiphubError(
            f"This hub has no agency '{name}'.",
            where=str(hub.agencies),
            do=(f"Did you mean '{close[0]}'? " if close else f"It has: {', '.join(known)}. " if known else "")
            + f"A new one starts with: tiphub agency draft {hub.root.name} {name} --from FILE",
        )
    document = read_settings(path)
    known = [item.name for item in fields(Agency) if item.name not in {"name", "root"}]
    if not isinstance(document, Mapping):
        raise TiphubError("Expected one 'name: value' a line.", where=str(path))
    for key, value in document.items():
        if key not in known or not isinstance(value, str | None):
            raise TiphubError(
                f"'{key}: {value}' is not understood.",
                where=str(path),
                do=f"Known are texts: {', '.join(known)}.",
            )
    return Agency(name, root, **{key: value or "" for key, value in document.items()})


def add_agency(  # noqa: D417
    hub: Hub,
    name: str,
    *,
    mapping: str | None = None,
    title: str = "",
    contact: str = "",
    agreement: str = "",
    licence: str = "",
) -> Agency:
    """Make an agency's folder.

    Args:
        name: of the folder: small letters, digits, ``-`` and ``_``.
        mapping: the text of its ``mapping.yml``; none is written when left out.

    Raises:
        TiphubError: the name will not do, or an agency of this name is there already.
    """
    if not _NAME.fullmatch(name):
        raise TiphubError(
            f"'{name}' will not do as an agency's name.",
            do="Use small letters, digits, '-' and '_', up to 64.",
        )
    root = hub.agencies / name
    if (root / "agency.yml").exists():
        raise TiphubError(f"This hub has an agency '{name}' already.", where=str(root))
    root.mkdir(parents=True, exist_ok=True)
    if mapping is not None:
        (root / "mapping.yml").write_text(mapping, "utf-8")
    lines = {"title": title or name, "contact": contact, "agreement": agreement, "licence": licence}
    (root / "agency.yml").write_text(
        "# Who this agency is, whom to write to, and what was agreed with it (a reference, not the text).\n"
        + yaml.safe_dump(lines, allow_unicode=True, sort_keys=False),
        "utf-8",
    )
    return load_agency(hub, name)
