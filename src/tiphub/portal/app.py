"""The portal as a web application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import Depends, FastAPI

from tiphub import __version__
from tiphub.portal.api import add_api
from tiphub.portal.catalog import Catalog
from tiphub.portal.errors import add_errors
from tiphub.portal.guard import guard
from tiphub.portal.models.desk import ModelDesk
from tiphub.portal.pages import add_pages
from tiphub.portal.parameters import REFUSED, refuse_unknown
from tiphub.portal.settings import PortalSettings
from tiphub.portal.static import digest
from tiphub.portal.stories.desk import Desk
from tiphub.portal.view import Portal, templates
from tiphub.standard import load_standard


def create_app(releases: Path, settings: PortalSettings | None = None) -> FastAPI:
    """The portal over a hub, a folder of releases, or one release.

    Raises:
        TiphubError: there is no such folder.
    """
    catalog, standard = Catalog(releases), load_standard()
    fitting, telling = ModelDesk(standard), Desk(catalog, standard)
    portal = Portal(catalog, standard, settings or PortalSettings(), templates(), f"/static/{digest()}")

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        fitting.prepare(catalog)
        telling.prepare()
        yield
        telling.close()
        fitting.close()
        catalog.close()

    app = FastAPI(
        title="tiphub portal",
        version=__version__,
        description=(
            "Open, protected data on people who were trafficked. Every page has a JSON twin. "
            "No number under a release's smallest count is ever given; such a numerator is null. "
            "Where a release added privacy noise, every number of people has its 95% bounds;"
            " a bound that is null was not measured."
            " How many people a model was fitted on is an estimate without bounds;"
            " its `population` says it in round numbers."
        ),
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        responses=REFUSED,
        dependencies=[Depends(refuse_unknown)],
    )
    add_api(app, portal)
    add_pages(app, portal, telling, fitting)
    add_errors(app, portal)
    guard(app, catalog)
    return app
