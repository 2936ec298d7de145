"""What every page is made of: a portal, a visit, and the answer to it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined

from tiphub.portal.catalog import Catalog, Release, Shelf
from tiphub.portal.settings import PortalSettings
from tiphub.portal.texts import LANGUAGES, Texts, texts, unbroken
from tiphub.standard import Standard


@dataclass(frozen=True)
class Portal:
    """All that a running portal holds on to; ``assets`` is the address of its style sheet and mark."""

    catalog: Catalog
    standard: Standard
    settings: PortalSettings
    templates: Environment
    assets: str


@dataclass(frozen=True)
class Visit:
    """One request: the release it is about, the language, and the address it came by.

    ``path`` is the page's address without language; ``pinned`` is the version where the address names one;
    ``passed_over`` says in sentences what of the address the page does not know.
    """

    shelf: Shelf
    release: Release
    t: Texts
    path: str
    query: Mapping[str, str]
    base: str
    pinned: str | None = None
    passed_over: tuple[str, ...] = ()

    def to(self, path: str, query: str = "") -> str:
        """The address of another page, in the same language and of the same release."""
        if self.pinned:
            query = f"{query}&release={self.pinned}" if query else f"?release={self.pinned}"
        return _address(self.t, path) + query

    def pinned_to(self, path: str, query: str = "") -> str:
        """The address of a page of this very release, which shows the same as long as the release is here."""
        pin = "" if self.pinned else f"{'&' if query else '?'}release={self.release.version}"
        return self.to(path, query + pin)

    @property
    def newer(self) -> str:
        """The version of the newest release, where the address asks for an older one; else nothing."""
        newest = self.shelf.releases[0].version
        return newest if self.pinned and newest != self.release.version else ""

    @property
    def in_newest(self) -> str:
        """The address of this page in the newest release, with all else that was chosen."""
        kept = {name: value for name, value in self.query.items() if name != "release"}
        return _address(self.t, self.path) + (f"?{urlencode(kept)}" if kept else "")

    def in_language(self, other: Texts) -> str:
        """The address of this page in another language, with all that was chosen."""
        query = f"?{urlencode(self.query)}" if self.query else ""
        return _address(other, self.path) + query


def _address(t: Texts, path: str) -> str:
    return t.prefix if t.prefix and path == "/" else t.prefix + path


@dataclass(frozen=True)
class Page:
    """A page and its JSON twin: ``data`` is the twin, ``context`` makes what only the template needs."""

    template: str
    data: Mapping[str, Any]
    context: Callable[[], Mapping[str, Any]]


def templates() -> Environment:
    """The templates; everything that is put into them is escaped."""
    found = Environment(
        loader=PackageLoader("tiphub.portal"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["unbroken"] = unbroken
    found.globals["languages"] = [texts(language) for language in LANGUAGES]
    return found


def render(portal: Portal, visit: Visit, page: Page) -> str:
    """Write a page as HTML."""
    return portal.templates.get_template(page.template).render(
        t=visit.t,
        visit=visit,
        release=visit.release,
        portal=portal,
        hub=hub_of(visit.release),
        modelled=bool(visit.release.codebook.get("models")),
        **page.context(),
    )


@dataclass(frozen=True, slots=True)
class Hub:
    """Who publishes, as the release's data package says it."""

    title: str
    publisher: str
    agencies: tuple[str, ...]
    licence: str
    created: str


def hub_of(release: Release) -> Hub:
    """Read who publishes a release."""
    package = release.package
    people = [item for item in package.get("contributors", ()) if isinstance(item, dict)]
    agencies = [str(item.get("title", "")) for item in people if "contributor" in _roles(item)]
    licences = [item for item in package.get("licenses", ()) if isinstance(item, dict)]
    licence = ", ".join(str(item.get("title") or item.get("name") or "") for item in licences)
    return Hub(
        release.title,
        ", ".join(str(item.get("title", "")) for item in people if "publisher" in _roles(item)),
        tuple(agencies),
        licence,
        str(package.get("created", ""))[:10],
    )


def _roles(item: Mapping[str, Any]) -> tuple[str, ...]:
    roles = item.get("roles") or [item.get("role", "")]
    return tuple(str(role) for role in roles)
