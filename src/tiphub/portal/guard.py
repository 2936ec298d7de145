"""What every answer carries: security headers, a tag that tells if anything changed, compression."""

import hashlib
import re
from base64 import b64encode
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from starlette.middleware.gzip import GZipMiddleware

from tiphub import __version__
from tiphub.portal.catalog import Catalog
from tiphub.portal.parameters import for_people
from tiphub.portal.static import digest

LONGEST_ADDRESS = 2000
"""Characters of path and query; the longest of ours has some 200."""

_POLICY = "Content-Security-Policy"

HEADERS = {
    _POLICY: (
        "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}

_STYLE = re.compile(rb"<style>(.*?)</style>", re.DOTALL)


def policy_of(page: bytes) -> dict[str, str]:
    """The policy of a page of a release, which has its style in itself: that style, and nothing else."""
    sums = [b64encode(hashlib.sha256(style).digest()).decode() for style in _STYLE.findall(page)]
    allowed = " ".join(f"'sha256-{found}'" for found in sums) or "'none'"
    return {_POLICY: f"default-src 'none'; style-src {allowed}; base-uri 'none'; frame-ancestors 'none'"}


_Next = Callable[[Request], Awaitable[Response]]


def guard(app: FastAPI, catalog: Catalog) -> None:
    """Put the guards around an app."""
    app.add_middleware(GZipMiddleware, minimum_size=600, compresslevel=6)

    @app.middleware("http")
    async def answer(request: Request, call: _Next) -> Response:
        tag, path = _tag(request, catalog), request.url.path
        if _kept(request.headers.get("if-none-match", ""), tag):
            response = Response(status_code=304)
        else:
            response = await call(request)
        if request.method in ("GET", "HEAD") and response.status_code in (200, 206, 304):
            response.headers["ETag"] = tag
            response.headers.setdefault("Cache-Control", "public, max-age=60, stale-while-revalidate=600")
        else:
            response.headers["Cache-Control"] = "no-store"
        for name, value in HEADERS.items():
            if name != _POLICY:
                response.headers[name] = value
            elif response.status_code != 304:  # what a browser has kept has its own policy, which stays
                response.headers.setdefault(name, value)
        if not for_people(path):
            response.headers["Access-Control-Allow-Origin"] = "*"  # public data, and no cookies
        return response


def _kept(asked: str, tag: str) -> bool:
    """Whether one of the tags that a visitor has kept is this one; weak and strong are told alike."""
    kept = [one.strip().removeprefix("W/") for one in asked.split(",")]
    return "*" in kept or tag.removeprefix("W/") in kept


def _tag(request: Request, catalog: Catalog) -> str:
    """Pages follow from the releases, the address and the program alone."""
    shelf = catalog.look().digest
    parts = (__version__, digest(), shelf, request.url.netloc, request.url.path, request.url.query)
    return f'W/"{hashlib.sha256(chr(0).join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:24]}"'
