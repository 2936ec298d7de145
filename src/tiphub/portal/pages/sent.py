"""The files that a picture comes in, and how one is sent."""

from fastapi.responses import Response

KINDS = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "svg": "image/svg+xml",
    "png": "image/png",
    "vl.json": "application/json",
}
"""By the end of their names; ``vl.json`` is the Vega-Lite spec that the picture is drawn from."""


def sent(content: str | bytes, name: str, kind: str) -> Response:
    """A file that is looked at, and saved under ``name`` by who wants to keep it."""
    headers = {"Content-Disposition": f'inline; filename="{name}.{kind}"'}
    return Response(content, media_type=KINDS[kind], headers=headers)
