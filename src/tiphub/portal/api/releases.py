"""The releases that the portal serves."""

from typing import Any

from fastapi import FastAPI

from tiphub.portal.reading import add_reading
from tiphub.portal.view import Portal, hub_of


def add_releases(app: FastAPI, portal: Portal) -> None:
    """Serve the list."""

    def releases() -> dict[str, Any]:
        shelf = portal.catalog.look()
        return {
            "releases": [
                {
                    "version": item.version,
                    "title": item.title,
                    "published": hub_of(item).created,
                    "people": item.rows,
                    "people_low": portal.catalog.people(item).low,
                    "people_high": portal.catalog.people(item).high,
                    "columns": item.columns,
                    "smallest_count": item.smallest_count,
                    "years": item.years,
                    "statement": item.statement,
                    "files": [
                        {
                            "name": file.name,
                            "size": file.size,
                            "sha256": file.sha256,
                            "path": f"/releases/{item.version}/{file.name}",
                        }
                        for file in item.files
                    ],
                }
                for item in shelf.releases
            ],
            "broken": [{"version": item.version, "why": item.why} for item in shelf.broken],
        }

    add_reading(app, "/api/releases", releases, tags=["api"], summary="Every release, the newest first")
