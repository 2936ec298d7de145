"""How a release is cited."""

from dataclasses import dataclass

from tiphub.portal.view import Visit, hub_of


@dataclass(frozen=True, slots=True)
class Citation:
    """One release as text and as BibTeX."""

    text: str
    bibtex: str


def citation(visit: Visit) -> Citation:
    """Cite a release, with the address of that very version."""
    release = visit.release
    hub = hub_of(release)
    year = (hub.created or release.version)[:4]
    address = f"{visit.base}/data?release={release.version}"
    said = f"{hub.publisher} ({year}). {hub.title}." if hub.publisher else f"{hub.title} ({year})."
    text = f"{said} Release {release.version}. {address}" + (f" ({hub.licence})." if hub.licence else "")
    bibtex = "\n".join(
        (
            f"@misc{{tip_{release.version.replace('-', '_').replace('.', '_')},",
            *([f"  author = {{{{{hub.publisher}}}}},"] if hub.publisher else []),
            f"  title = {{{{{hub.title}}}}},",
            f"  year = {{{year}}},",
            f"  version = {{{release.version}}},",
            f"  url = {{{address}}}",
            "}",
        )
    )
    return Citation(text, bibtex)
