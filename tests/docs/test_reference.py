"""The reference pages written by hand name all that there is, and say the defaults that hold."""

import re
from dataclasses import fields
from fractions import Fraction
from pathlib import Path

import pytest
import yaml

from tiphub import __version__
from tiphub.mapping import entries, load, parse_mapping
from tiphub.portal import create_app
from tiphub.standard import load_standard
from tiphub.vault.agencies import Agency
from tiphub.vault.hub import PrivacySettings, ReleaseSettings, Settings
from tiphub.vault.s4_protect import KAnonymity, ProtectionMethod
from tiphub.vault.s4_protect.dp import DifferentialPrivacy

from .test_docs import DOCS, headings

REFERENCE = DOCS / "reference"
STANDARD = load_standard()
NESTED = {"release": ReleaseSettings, "privacy": PrivacySettings}
METHODS: tuple[ProtectionMethod, ...] = (
    KAnonymity(k=11),
    DifferentialPrivacy(rho=Fraction(1), delta=1e-6, standard=STANDARD),
)


def named(page: str) -> list[str]:
    """What the headings of a page are about: those that are code, the first word of each."""
    return [found[1] for line in headings(REFERENCE / page) if (found := re.match("`([^`]+)`", line))]


def hub_settings() -> dict[str, object]:
    told = {item.name: getattr(Settings(), item.name) for item in fields(Settings)}
    for name, kind in NESTED.items():
        del told[name]
        told |= {f"{name}.{item.name}": getattr(kind(), item.name) for item in fields(kind)}
    return told


def part(page: str, start: str, end: str) -> str:
    text = (REFERENCE / page).read_text("utf-8")
    return text[text.index(f"\n{start}\n") : text.index(f"\n{end}\n") if end else None]


@pytest.mark.parametrize("name", hub_settings())
def test_every_setting_of_a_hub_has_its_heading_and_default(name: str) -> None:
    about = part("settings.md", "## hub.yml", "## agency.yml").split(f"\n### `{name}`\n")
    assert len(about) == 2, f"settings.md has no heading for {name}"
    said = re.search(r"Default:\s+(`[^`]*`|empty)", about[1].split("\n### ")[0])
    if name in {"years", "key_file"}:  # the one follows from the day, the other from the folder's name
        return
    assert said, f"settings.md does not say the default of {name}"
    default = None if said[1] == "empty" else yaml.safe_load(said[1].strip("`"))
    known = hub_settings()[name]
    if name == "privacy.delta":
        assert (default, known) == ("auto", None)
    else:
        assert (default or None) == ((list(known) if isinstance(known, tuple) else known) or None)


def test_the_settings_page_names_no_setting_that_is_not() -> None:
    hub = part("settings.md", "## hub.yml", "## agency.yml")
    assert set(re.findall(r"^### `(.+)`$", hub, re.MULTILINE)) == set(hub_settings())


def test_every_setting_of_an_agency_has_its_heading() -> None:
    about = part("settings.md", "## agency.yml", "")
    known = {item.name for item in fields(Agency)} - {"name", "root"}
    assert set(re.findall(r"^### `(.+)`$", about, re.MULTILINE)) == known


def mapping_keys() -> set[str]:
    return {
        *load._TOP,
        *(f"file.{key}" for key in load._FILE),
        *(f"fields.NAME.{key}" for key in entries._FIELD),
        *(f"groups.NAME.{key}" for key in entries._GROUP),
        "file",
    }


def test_the_mapping_page_has_a_heading_for_every_key_and_no_other() -> None:
    assert set(named("mapping.md")) == mapping_keys()


def test_the_mapping_page_names_the_keys_of_layouts() -> None:
    text = (REFERENCE / "mapping.md").read_text("utf-8")
    about = text.split("\n### `layout`\n")[1].split("\n#")[0]
    assert all(f"`{key}`" in about for key in load._LAYOUT)


def test_the_mappings_on_the_mapping_page_are_understood() -> None:
    text = (REFERENCE / "mapping.md").read_text("utf-8")
    found = re.findall(r"^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert found
    for mapping in found:
        assert parse_mapping(mapping, "mapping.md", STANDARD).fields


def test_every_address_of_the_api_has_its_heading_and_no_other(tmp_path: Path) -> None:
    addresses = create_app(tmp_path).openapi()["paths"]
    assert set(named("api.md")) == set(addresses)


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_every_protection_method_has_its_heading(method: ProtectionMethod) -> None:
    assert method.name in named("methods.md")


def test_the_changelog_tells_of_this_version_in_the_agreed_form() -> None:
    text = (DOCS.parent / "CHANGELOG.md").read_text("utf-8")
    versions = re.findall(r"^## \[([^]]+)\](?: - (\d{4}-\d{2}-\d{2}))?$", text, re.MULTILINE)
    assert versions[0] == ("Unreleased", "")
    assert all(day for _, day in versions[1:])
    assert __version__ in {version for version, _ in versions}


def test_every_decision_is_listed() -> None:
    folder = DOCS / "decisions"
    listed = (folder / "README.md").read_text("utf-8")
    pages = {page.name for page in folder.glob("*.md")} - {"README.md"}
    assert pages
    assert set(re.findall(r"^- \[[^]]+\]\(([^)]+)\)$", listed, re.MULTILINE)) == pages


def test_every_room_stands_in_the_architecture() -> None:
    source = DOCS.parent / "src" / "tiphub"
    rooms = {path.name for path in source.iterdir() if (path / "__init__.py").is_file()}
    text = (DOCS / "architecture.md").read_text("utf-8")
    assert not [room for room in rooms if f"| `{room}` |" not in text]


def test_what_contributing_and_the_pages_call_a_file_is_there() -> None:
    """Paths in backticks that begin with a folder of the project."""
    root = DOCS.parent
    pages = [root / "CONTRIBUTING.md", root / "SECURITY.md", DOCS / "architecture.md", *DOCS.glob("*/*.md")]
    for page in pages:
        for named in re.findall(r"`((?:src|docs|tests|bench|tools)/[\w./-]+)`", page.read_text("utf-8")):
            assert (root / named).exists(), f"{page.name} names {named}, which is not there"
