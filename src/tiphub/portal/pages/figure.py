"""One picture at an address of its own: as CSV, JSON, SVG, PNG and as the Vega-Lite spec it is drawn from."""

import json

from fastapi.responses import Response
from starlette.exceptions import HTTPException

from tiphub.charts import png, svg
from tiphub.errors import TiphubError
from tiphub.portal.answer_files import as_csv, cited
from tiphub.portal.cite import citation
from tiphub.portal.filters import Filters
from tiphub.portal.pages.dashboard import answers, nobody
from tiphub.portal.pages.sent import sent
from tiphub.portal.pictures import spec
from tiphub.portal.questions import answerable
from tiphub.portal.view import Portal, Visit


def figure(portal: Portal, visit: Visit, name: str, kind: str) -> Response:
    """Answer one question of the dashboard.

    Raises:
        HTTPException: there is no such picture.
        TiphubError: the filters leave too few people, or compare what this picture cannot split.
    """
    t, release, standard = visit.t, visit.release, portal.standard
    asked = tuple(item for item in answerable(standard, release.columns) if item.name == name)
    if not asked:
        raise HTTPException(404)
    filters = Filters.read(visit.query, standard, release.years, release.columns, t)
    people, found = answers(portal, visit, filters, asked)
    if not found:
        if people is None:
            raise TiphubError(t("dashboard.few", k=release.smallest_count or 1))
        raise TiphubError(nobody(people, portal.catalog.noise(release) is not None, t))
    if filters.compare and found[0].series and not found[0].split:
        raise TiphubError(t("error.compare"), do=t("error.compare.do"))
    described = filters.describe(standard, t)
    note = "\n".join(part for part in (f"{described}." if described else "", citation(visit).text) if part)
    smallest = release.smallest_count
    content: str | bytes
    if kind == "csv":
        content = as_csv(found[0], smallest)
    elif kind == "json":
        content = json.dumps(cited(found[0], visit, filters, standard), ensure_ascii=False)
    else:
        drawn = spec(found[0], standard, note, smallest, t)
        content = json.dumps(drawn) if kind == "vl.json" else svg(drawn) if kind == "svg" else png(drawn)
    return sent(content, f"{name}-{release.version}{filters.slug}", kind)
