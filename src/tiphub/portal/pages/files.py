"""The files of a release, and those that pages are made with."""

import mimetypes

from fastapi import FastAPI
from fastapi.responses import FileResponse, Response
from starlette.exceptions import HTTPException

from tiphub.portal.guard import policy_of
from tiphub.portal.reading import add_reading
from tiphub.portal.static import KINDS, assets
from tiphub.portal.view import Portal

_TYPES = {
    ".parquet": "application/vnd.apache.parquet",
    ".md": "text/plain; charset=utf-8",
    ".cff": "text/plain; charset=utf-8",
    ".sig": "text/plain; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
}
_SEALS = ("manifest.json", "manifest.sig")
_FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}


def add_files(app: FastAPI, portal: Portal) -> None:
    """Serve files by name from lists; no path is ever made from an address."""

    def file(version: str, name: str) -> Response:
        try:
            release = portal.catalog.look().pick(version)
        except KeyError:
            raise HTTPException(404) from None
        listed = {item.name: release.path / item.name for item in release.files}
        listed |= {seal: release.path / seal for seal in _SEALS}
        if name not in listed or not listed[name].is_file():
            raise HTTPException(404)
        suffix = listed[name].suffix
        kind = _TYPES.get(suffix) or mimetypes.types_map.get(suffix, "application/octet-stream")
        attached = suffix in (".csv", ".parquet")
        return FileResponse(
            listed[name],
            media_type=kind,
            filename=f"{version}-{name}" if attached else None,
            headers={"Cache-Control": "public, max-age=3600"}
            | (policy_of(listed[name].read_bytes()) if suffix == ".html" else {}),
        )

    def asset(digest: str, name: str) -> Response:  # noqa: ARG001
        if name not in assets():
            raise HTTPException(404)
        return Response(assets()[name], media_type=KINDS[name.rpartition(".")[2]], headers=_FOREVER)

    def robots() -> Response:
        return Response("User-agent: *\nDisallow: /figure/\n", media_type="text/plain")

    add_reading(
        app,
        "/releases/{version}/{name}",
        file,
        tags=["files"],
        summary="One file of a release",
        response_class=FileResponse,
    )
    add_reading(app, "/static/{digest}/{name}", asset, include_in_schema=False)
    add_reading(app, "/robots.txt", robots, include_in_schema=False)
