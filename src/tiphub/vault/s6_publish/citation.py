"""``CITATION.cff``: how to cite the release (Citation File Format 1.2.0)."""

from typing import Any

import yaml

from tiphub.vault.s6_publish.draft import ABSTRACT, Draft
from tiphub.vault.s6_publish.licences import is_in_cff, licence_of


def citation(draft: Draft) -> bytes:
    """Write the citation file."""
    about = draft.description
    document: dict[str, Any] = {
        "cff-version": "1.2.0",
        "message": "If you use these data, please cite them as below.",
        "type": "dataset",
        "title": about.title,
        "version": draft.version,
        "date-released": draft.day.isoformat(),
        "authors": [{"name": about.organisation}],
        "keywords": ["trafficking in persons", "human trafficking", "open data"],
        "abstract": ABSTRACT,
    }
    if is_in_cff(about.licence):
        document["license"] = about.licence
    elif link := licence_of(about.licence).address:
        document["license-url"] = link
    if about.homepage:
        document["url"] = about.homepage
    if "@" in about.contact:
        document["contact"] = [{"name": about.organisation, "email": about.contact}]
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True).encode()
