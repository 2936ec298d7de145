"""The stories, and every finding as a picture at an address of its own."""

import json

from fastapi.responses import Response
from markupsafe import Markup
from starlette.exceptions import HTTPException

from tiphub.charts import png, svg
from tiphub.evidence.findings import Result, coverage, included
from tiphub.portal.cite import citation
from tiphub.portal.pages.sent import KINDS, sent
from tiphub.portal.stories.data import as_csv, as_json
from tiphub.portal.stories.desk import Desk
from tiphub.portal.stories.left_out import left_out
from tiphub.portal.stories.picture import finding_spec
from tiphub.portal.stories.sheet import figures
from tiphub.portal.stories.telling import cited, tell
from tiphub.portal.view import Page, Portal, Visit


def stories(_: Portal, visit: Visit, desk: Desk) -> Page:
    """All stories."""
    listed = [
        {"name": story.name, "title": story.title, "summary": story.summary}
        for story in desk.stories.whole.values()
    ]
    return Page(
        "stories.html", {"release": visit.release.version, "stories": listed}, lambda: {"stories": listed}
    )


def story(_: Portal, visit: Visit, desk: Desk, name: str) -> Page:
    """One story, told from the release.

    Raises:
        HTTPException: there is no such story.
        OutOfOrderError: it is broken.
    """
    if (found := desk.story(name)) is None:
        raise HTTPException(404)
    results = desk.answer(visit.release, found.findings)
    columns = {variable.name for variable in visit.release.variables}
    gone = left_out(results.values(), columns, desk.standard)
    return Page(
        "story.html",
        {
            "release": visit.release.version,
            "title": found.title,
            "summary": found.summary,
            "left_out": list(gone),
            "findings": [as_json(result) for result in results.values()],
        },
        lambda: {
            "story": found,
            "told": tell(found, results, desk.words, lambda result: _figure(result, visit), gone),
            "references": [desk.words.references[cite].full for cite in cited(found, results)],
            "includes": included(results.values()),
            "citation": citation(visit),
        },
    )


def picture(_: Portal, visit: Visit, desk: Desk, name: str, kind: str) -> Response:
    """One finding as data, as a picture, or as the Vega-Lite spec that it is drawn from.

    Raises:
        HTTPException: there is no such finding, or it has no figure to draw.
    """
    if name not in desk.words.findings or kind not in KINDS:
        raise HTTPException(404)
    result = desk.answer(visit.release, [name])[name]
    content: str | bytes = json.dumps(as_json(result), ensure_ascii=False)
    if kind == "csv":
        content = as_csv(result)
    elif kind != "json":
        spec = finding_spec(result, citation(visit).text)
        if spec is None:
            raise HTTPException(404)
        content = json.dumps(spec) if kind == "vl.json" else svg(spec) if kind == "svg" else png(spec)
    return sent(content, f"{name}-{visit.release.version}", kind)


def _figure(result: Result, visit: Visit) -> Markup:
    """A chart in a story, with its figures for those who cannot see it, and its files."""
    finding, t = result.finding, visit.t
    address = {
        kind: visit.to(f"/finding/{finding.name}.{kind}") for kind in ("csv", "svg", "png", "json", "vl.json")
    }
    of = Markup('<span class="visually-hidden">: {}</span>').format(finding.title)
    rows = Markup().join(_row(place, result) for place in range(len(result.cells)))
    links = Markup(" ").join(
        Markup('<a href="{}">{}{}</a>').format(href, kind.upper().replace("VL.JSON", "Vega-Lite"), of)
        for kind, href in address.items()
    )
    said = filter(None, (coverage(result), *result.notes))
    notes = Markup().join(Markup("<p>{}</p>").format(note) for note in said)
    table = Markup(
        '<details><summary>{}{}</summary><div class="scroll"><table class="plain">'
        '<caption class="visually-hidden">{}</caption><thead><tr><th scope="col">{}</th>'
        '<th scope="col" class="right">{}</th><th scope="col" class="right">{}</th>'
        '<th scope="col" class="right">{}</th></tr></thead><tbody>{}</tbody></table></div></details>'
    ).format(
        t("figure.table"),
        of,
        t("table.caption", title=finding.title),
        t("table.option"),
        t("table.share"),
        t("table.interval"),
        t("table.people"),
        rows,
    )
    return Markup(
        '<figure class="told"><img src="{}" alt="{}"><figcaption>{}{}<p>{}</p></figcaption></figure>'
    ).format(address["svg"], f"{finding.title}. {result.sentence}", notes, table, links)


def _row(place: int, result: Result) -> Markup:
    return Markup(
        '<tr><th scope="row">{}</th><td class="right">{}</td>'
        '<td class="right">{}</td><td class="right">{}</td></tr>'
    ).format(*figures(result.cells[place], result))
