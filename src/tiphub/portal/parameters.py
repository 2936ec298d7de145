"""What an address may say behind its question mark: declared once, described in OpenAPI, nothing else taken.

A condition that is mistyped and passed over would give everybody's numbers as if they were the condition's.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from fastapi import Request
from fastapi.routing import APIRoute
from pydantic import BaseModel

from tiphub.errors import TiphubError
from tiphub.portal.filters import COMPARISONS, short
from tiphub.portal.texts import Texts, language_of


@dataclass(frozen=True, slots=True)
class Parameter:
    """One thing that an address may say; ``options`` are all of its values, where they are few."""

    name: str
    description: str
    options: tuple[str, ...] = ()


RELEASE = Parameter("release", "a version; the newest if left out")
FILTERS = (
    Parameter("from", "the first year, inclusive"),
    Parameter("to", "the last year, inclusive"),
    Parameter("gender", "a code of gender"),
    Parameter("age", "child, adult, or a code of age_band"),
    Parameter("country", "a code of country_of_exploitation"),
    Parameter("compare", "what every figure is split by", tuple(COMPARISONS)),
)
MAP = Parameter(
    "map", "which places the map is of; exploitation if left out", ("exploitation", "citizenship")
)

MOST = 5
"""Parameters that a page names as unknown; an address with more is nobody's mistake."""

_TRACKING = re.compile(r"(?:utm|mtm|pk|piwik|matomo|hsa|mc|oly|vero)_\w+|\w*clk?id|igsh(?:id)?|_g[al]|ref|si")
"""What newsletters, search engines and social media hang on links."""


def once(pairs: Iterable[tuple[str, str]], t: Texts) -> dict[str, str]:
    """The parameters of an address by name.

    Raises:
        TiphubError: one stands there twice; nobody can say which of the two is meant.
    """
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in found:
            raise TiphubError(t("error.twice", name=short(name)), do=t("error.twice.do"))
        found[name] = value
    return found


def described(parameters: Iterable[Parameter]) -> dict[str, Any]:
    """The parameters of an address for its OpenAPI description."""
    return {
        "parameters": [
            {
                "name": item.name,
                "in": "query",
                "required": False,
                "description": item.description,
                "schema": {"type": "string"} | ({"enum": list(item.options)} if item.options else {}),
            }
            for item in parameters
        ]
    }


class Refusal(BaseModel):
    """Why an address cannot be answered, in words."""

    error: str


REFUSED: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": Refusal, "description": "What cannot be asked (400), or is not there (404)"}
}
"""How every address refuses."""


async def refuse_unknown(request: Request) -> None:
    """Refuse a parameter that an address does not know; pages for people say instead that they left it out.

    Raises:
        TiphubError: there is one; it names the nearest that is known.
    """
    if for_people(request.url.path):
        return
    t = language_of(request.url.path)
    for name in strange(request):
        if not (request.url.path.startswith("/releases/") and _TRACKING.fullmatch(name)):
            raise TiphubError(t("error.parameter", name=short(name)), do=nearest(name, known(request), t))


def strange(request: Request) -> tuple[str, ...]:
    """The parameters of an address that it does not know."""
    return tuple(name for name in request.query_params if name not in known(request))


def passed_over(request: Request, t: Texts) -> tuple[str, ...]:
    """Sentences on what a page for people does not know; what others' tools hang on links is none of it."""
    found = [name for name in strange(request) if not _TRACKING.fullmatch(name)]
    return tuple(
        f"{t('page.parameter', name=short(name))} {nearest(name, known(request), t)}" for name in found[:MOST]
    )


def known(request: Request) -> tuple[str, ...]:
    """What the address of a request may say, as its OpenAPI description has it."""
    route = request.scope["route"]
    if not isinstance(route, APIRoute):
        return ()
    declared = [field.alias for field in route.dependant.query_params]
    return (*declared, *(item["name"] for item in (route.openapi_extra or {}).get("parameters", ())))


def nearest(name: str, known: Iterable[str], t: Texts) -> str:
    """What may have been meant, or all that could be."""
    listed = list(known)
    if near := get_close_matches(name.casefold(), listed, n=1, cutoff=0.6):
        return t("error.parameter.near", near=near[0])
    return t("error.parameter.known", known=", ".join(listed)) if listed else t("error.parameter.none")


def for_people(path: str) -> bool:
    """Whether an address is that of a page: those for programs say ``/api`` or what kind of file they are."""
    return not path.startswith(("/api/", "/releases/")) and "." not in path.rpartition("/")[2]
