"""The models page: what the models that the hub declared found, and each one's files."""

import json
from shlex import quote
from typing import Any

from fastapi.responses import Response
from markupsafe import Markup
from starlette.exceptions import HTTPException

from tiphub.charts.render import text_alternative
from tiphub.errors import TiphubError
from tiphub.portal.cite import citation
from tiphub.portal.models.desk import Fitted, Models
from tiphub.portal.models.files import as_csv, as_json
from tiphub.portal.models.notes import among, covariates, notes
from tiphub.portal.models.picture import drawn
from tiphub.portal.models.told import tell
from tiphub.portal.pages.sent import KINDS, sent
from tiphub.portal.view import Page, Portal, Visit, hub_of


def models(portal: Portal, visit: Visit, found: Models) -> Page:
    """All declared models of a release, or why there are none."""
    t, source = visit.t, citation(visit).text
    panels = [_panel(portal, visit, item, source) for item in found.fitted]
    why = ""
    if not panels and not found.refusal:
        broadened = visit.release.statement.get("method") == "k_anonymity"
        why = t("models.none.broadened" if broadened else "models.none")
    return Page(
        "models.html",
        {
            "release": visit.release.version,
            "why": why or found.refusal,
            "models": [panel["data"] for panel in panels],
        },
        lambda: {
            "panels": [panel | _pictures(panel, visit) for panel in panels],
            "why": why,
            "refusal": found.refusal,
            "citation": citation(visit),
        },
    )


def model_file(portal: Portal, visit: Visit, found: Models, name: str, kind: str) -> Response:
    """One model as data or as a picture.

    Raises:
        HTTPException: the release has no such model, or there is no such file of it.
        TiphubError: the model could not be fitted, so that there is nothing to draw.
    """
    fitted = next((item for item in found.fitted if item.name == name), None)
    if fitted is None or kind not in KINDS:
        raise HTTPException(404)
    panel = _panel(portal, visit, fitted, citation(visit).text)
    told = panel["told"]
    content: str | bytes
    if kind == "json":
        content = json.dumps(panel["data"], ensure_ascii=False)
    elif told is None:
        raise TiphubError(f"{visit.t('models.refused')} {fitted.refusal}")
    elif kind == "csv":
        content = as_csv(told)
    else:
        content = drawn(told, _source(visit), kind, narrow=False)
    return sent(content, f"{name}-{visit.release.version}", kind)


def _panel(portal: Portal, visit: Visit, fitted: Fitted, source: str) -> dict[str, Any]:
    """What the page and the files say of a model, without its picture."""
    t, standard = visit.t, portal.standard
    told = tell(fitted.found, t, standard) if fitted.found else None
    said = notes(fitted, told, standard, t) if told else ()
    return {
        "fitted": fitted,
        "told": told,
        "notes": said,
        "among": among(fitted, standard, t),
        "covariates": covariates(fitted, standard, t),
        "short": t.or_empty(f"models.short.{fitted.model.outcome.name}") or fitted.model.outcome.question,
        "data": as_json(fitted, told, said, source),
    }


def _source(visit: Visit) -> str:
    """Where a picture's data come from; no address, which whoever asks could make up: all get the same."""
    hub, release = hub_of(visit.release), visit.t("footer.release", version=visit.release.version)
    return f"{hub.title}. {release}" + (f" ({hub.licence})" if hub.licence else "")


def _pictures(panel: dict[str, Any], visit: Visit) -> dict[str, Any]:
    """The drawings of a model, its files and its command."""
    fitted, told, t = panel["fitted"], panel["told"], visit.t
    kinds = KINDS if told else ("json",)
    files = [(_KIND.get(kind, kind.upper()), visit.to(f"/models/{fitted.name}.{kind}")) for kind in kinds]
    said = {"files": files, "command": _command(fitted)}
    if told is None:
        return said | {"wide": "", "narrow": ""}
    alt = t("models.alt", title=told.title)
    wide, narrow = (
        Markup(text_alternative(drawn(told, _source(visit), "svg", narrow=narrow).decode(), alt))  # noqa: S704 - the renderer escapes
        for narrow in (False, True)
    )
    return said | {"wide": wide, "narrow": narrow}


_KIND = {"vl.json": "Vega-Lite"}


def _command(fitted: Fitted) -> str:
    """How the command line is asked for the same model."""
    model = fitted.model
    chosen = "".join(f" --among {quote(f'{name}={value}')}" for name, value in model.among.items())
    return f"tiphub model FOLDER --outcome {model.outcome.name} --on {','.join(model.on)}{chosen}"
