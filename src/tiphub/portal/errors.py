"""Errors as pages for people and as JSON for programs."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.exceptions import HTTPException

from tiphub.errors import TiphubError
from tiphub.portal.texts import Texts, language_of
from tiphub.portal.view import Portal


class NoReleaseError(Exception):
    """There is no release that can be served."""


class OutOfOrderError(Exception):
    """A page of the portal is broken; its visitors can do nothing about it."""


def add_errors(app: FastAPI, portal: Portal) -> None:
    """Answer every error in words."""

    @app.exception_handler(TiphubError)
    def refused(request: Request, error: TiphubError) -> Response:
        return _answer(portal, request, 400, "error.400", f"{error.what} {error.do}".strip())

    @app.exception_handler(RequestValidationError)
    def unreadable(request: Request, error: RequestValidationError) -> Response:
        found: Any = error.errors()[0]
        name = ".".join(str(part) for part in found["loc"][1:])
        return _answer(portal, request, 400, "error.400", f"{name}: {found['msg']}.")

    @app.exception_handler(HTTPException)
    def missing(request: Request, error: HTTPException) -> Response:
        t = _language(request)
        said = {404: "error.404", 405: "error.405"}.get(error.status_code)
        key = "error.404" if error.status_code == 404 else "error.asked"
        answer = _answer(portal, request, error.status_code, key, t(said) if said else str(error.detail))
        answer.headers.update(error.headers or {})
        return answer

    @app.exception_handler(NoReleaseError)
    def empty(request: Request, _: NoReleaseError) -> Response:
        return _answer(portal, request, 503, "error.release", _language(request)("error.release"))

    @app.exception_handler(OutOfOrderError)
    def broken(request: Request, _: OutOfOrderError) -> Response:
        return _answer(portal, request, 500, "error.500", _language(request)("error.500"))


def _language(request: Request) -> Texts:
    return language_of(request.url.path)


def _answer(portal: Portal, request: Request, status: int, key: str, words: str) -> Response:
    if request.url.path.startswith("/api/") or request.url.path.endswith(".json"):
        return JSONResponse({"error": words}, status)
    t = _language(request)
    shelf = portal.catalog.look()
    page = portal.templates.get_template("message.html").render(
        t=t,
        portal=portal,
        title=t(f"{key}.title"),
        words=words,
        broken=shelf.broken if key == "error.release" else (),
    )
    return HTMLResponse(page, status)
