"""The pages: one file each; each is a function of the portal and a visit, shown as HTML and as JSON."""

from asyncio import shield, wrap_future
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from tiphub.portal.errors import NoReleaseError
from tiphub.portal.guard import LONGEST_ADDRESS
from tiphub.portal.models.desk import ModelDesk, Models
from tiphub.portal.pages.dashboard import dashboard
from tiphub.portal.pages.data import data
from tiphub.portal.pages.figure import figure
from tiphub.portal.pages.files import add_files
from tiphub.portal.pages.home import home
from tiphub.portal.pages.methods import methods
from tiphub.portal.pages.sent import KINDS
from tiphub.portal.pages.stories import picture, stories, story
from tiphub.portal.parameters import FILTERS, MAP, RELEASE, Parameter, described, known, once, passed_over
from tiphub.portal.reading import add_reading
from tiphub.portal.stories.desk import Desk
from tiphub.portal.texts import LANGUAGES, Texts, texts
from tiphub.portal.view import Page, Portal, Visit, render

_IN_KINDS: dict[int | str, dict[str, Any]] = {
    200: {"content": {kind.partition(";")[0]: {} for kind in sorted(set(KINDS.values()))}}
}
"""What a picture comes in, for its OpenAPI description."""

_Place = tuple[str, str, Callable[[Portal, Visit], Page], tuple[Parameter, ...]]
PAGES: tuple[_Place, ...] = (
    ("/", "/index.json", home, (MAP, RELEASE)),
    ("/dashboard", "/dashboard.json", dashboard, (*FILTERS, RELEASE)),
    ("/data", "/data.json", data, (RELEASE,)),
    ("/methods", "/methods.json", methods, (RELEASE,)),
)


def add_pages(app: FastAPI, portal: Portal, desk: Desk, fitting: ModelDesk) -> None:
    """Serve every page in every language, and the files they lead to."""
    add_files(app, portal)
    for language in LANGUAGES:
        router = APIRouter(prefix=texts(language).prefix, tags=["pages"])
        for place in PAGES:
            _add_page(router, portal, texts(language), place)
        _add_figures(router, portal, texts(language))
        _add_stories(router, portal, texts(language), desk)
        _add_models(router, portal, texts(language), fitting)
        app.include_router(router)


def _add_page(router: APIRouter, portal: Portal, t: Texts, place: _Place) -> None:
    path, twin, page, parameters = place

    def as_html(request: Request) -> Response:
        visit = visit_of(portal, request, t, path)
        return HTMLResponse(render(portal, visit, page(portal, visit)))

    def as_json(request: Request) -> Response:
        return JSONResponse(page(portal, visit_of(portal, request, t, path)).data)

    name = page.__name__
    here = path if t.prefix == "" or path != "/" else ""
    add_reading(
        router,
        here,
        as_html,
        include_in_schema=False,
        response_model=None,
        openapi_extra=described(parameters),
    )
    add_reading(
        router,
        twin,
        as_json,
        name=name,
        summary=f"The {name} page as JSON",
        include_in_schema=t.prefix == "",
        openapi_extra=described(parameters),
    )


def _add_figures(router: APIRouter, portal: Portal, t: Texts) -> None:
    def one(file: str, request: Request) -> Response:
        name, _, kind = file.partition(".")
        if kind not in KINDS:
            raise HTTPException(404)
        return figure(portal, visit_of(portal, request, t, "/dashboard"), name, kind)

    add_reading(
        router,
        "/figure/{file}",
        one,
        name="figure",
        summary="One picture of the dashboard: NAME.csv, .json, .svg, .png or .vl.json (Vega-Lite)",
        responses=_IN_KINDS,
        include_in_schema=t.prefix == "",
        response_model=None,
        openapi_extra=described((*FILTERS, RELEASE)),
    )


def _add_stories(router: APIRouter, portal: Portal, t: Texts, desk: Desk) -> None:
    def listed(portal: Portal, visit: Visit) -> Page:
        return stories(portal, visit, desk)

    def one(file: str, request: Request) -> Response:
        name, _, kind = file.partition(".")
        visit = visit_of(portal, request, t, f"/stories/{name}")
        if kind not in {"", "json"}:
            raise HTTPException(404)
        page = story(portal, visit, desk, name)
        return JSONResponse(page.data) if kind else HTMLResponse(render(portal, visit, page))

    def finding(file: str, request: Request) -> Response:
        name, _, kind = file.partition(".")
        return picture(portal, visit_of(portal, request, t, "/stories"), desk, name, kind)

    listed.__name__ = "stories"
    _add_page(router, portal, t, ("/stories", "/stories.json", listed, (RELEASE,)))
    for path, answer, summary in (
        ("/stories/{file}", one, "One story: NAME as a page, NAME.json with its findings"),
        ("/finding/{file}", finding, "One finding: NAME.csv, .json, .svg, .png or .vl.json (Vega-Lite)"),
    ):
        add_reading(
            router,
            path,
            answer,
            name=path.split("/")[1],
            summary=summary,
            responses=_IN_KINDS if path == "/finding/{file}" else {},
            include_in_schema=t.prefix == "",
            response_model=None,
            openapi_extra=described([RELEASE]),
        )


def _add_models(router: APIRouter, portal: Portal, t: Texts, desk: ModelDesk) -> None:
    """Models take a moment to fit: who waits for that holds no thread that others need."""

    async def found(request: Request) -> tuple[Visit, Models]:
        visit = await run_in_threadpool(visit_of, portal, request, t, "/models")
        return visit, await shield(wrap_future(desk.ask(visit.release)))

    def page(visit: Visit, fitted: Models) -> Page:
        from tiphub.portal.pages import models  # noqa: PLC0415 - what it needs takes seconds to load

        return models.models(portal, visit, fitted)

    def file_of(visit: Visit, fitted: Models, name: str, kind: str) -> Response:
        from tiphub.portal.pages import models  # noqa: PLC0415

        return models.model_file(portal, visit, fitted, name, kind)

    async def as_html(request: Request) -> Response:
        visit, fitted = await found(request)
        return HTMLResponse(await run_in_threadpool(lambda: render(portal, visit, page(visit, fitted))))

    async def as_json(request: Request) -> Response:
        visit, fitted = await found(request)
        return JSONResponse((await run_in_threadpool(page, visit, fitted)).data)

    async def one(file: str, request: Request) -> Response:
        name, _, kind = file.partition(".")
        visit, fitted = await found(request)
        return await run_in_threadpool(file_of, visit, fitted, name, kind)

    for path, answer, summary in (
        ("/models", as_html, ""),
        ("/models.json", as_json, "The models page as JSON"),
        ("/models/{file}", one, "One model: NAME.csv, .json, .svg, .png or .vl.json (Vega-Lite)"),
    ):
        add_reading(
            router,
            path,
            answer,
            name=path.split("/")[1].partition(".")[0],
            summary=summary,
            responses=_IN_KINDS if path == "/models/{file}" else {},
            include_in_schema=bool(summary) and t.prefix == "",
            response_model=None,
            openapi_extra=described([RELEASE]),
        )


def visit_of(portal: Portal, request: Request, t: Texts, path: str) -> Visit:
    """Read a request.

    Raises:
        NoReleaseError: there is none to show.
        HTTPException: the address is too long, or names a release that is not here.
        TiphubError: the address says one thing twice.
    """
    if len(request.url.path) + len(request.url.query) > LONGEST_ADDRESS:
        raise HTTPException(414, t("error.long"))
    shelf = portal.catalog.look()
    if not shelf.releases:
        raise NoReleaseError
    listed = known(request)
    query = once((pair for pair in request.query_params.multi_items() if pair[0] in listed), t)
    pinned = query.get("release") or None
    try:
        release = shelf.pick(pinned)
    except KeyError:
        raise HTTPException(404) from None
    base = str(request.base_url).rstrip("/")
    return Visit(shelf, release, t, path, query, base, pinned, passed_over(request, t))
