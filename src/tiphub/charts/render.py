"""Vega-Lite specs as SVG and PNG, made here: no host is asked for anything."""

import json
import re
from collections.abc import Mapping
from html import escape
from typing import Any

import vl_convert

Spec = Mapping[str, Any]
"""A Vega-Lite specification with its data inside."""

_PATH = re.compile(r' d="([^"]+)"')
_LINK = re.compile(r' xlink:href="https://vega\.github\.io/vega-datasets/')
"""The renderer takes every link for a data set of its own site."""

_DECIMALS = re.compile(r"(\.\d)\d+")
_LABELLED = re.compile(r'<(path|circle) aria-label="([^"]+)"([^>]*)/>')


def svg(spec: Spec) -> str:
    """The picture as SVG; what it says of a mark is shown when a pointer rests on it."""
    drawn = vl_convert.vegalite_to_svg(json.dumps(spec), allowed_base_urls=[])
    return _with_titles(_rounded(_LINK.sub(' href="', drawn)))


def png(spec: Spec, *, scale: float = 2.0) -> bytes:
    """The picture as PNG, ``scale`` dots to a pixel."""
    drawn: bytes = vl_convert.vegalite_to_png(json.dumps(spec), scale=scale, allowed_base_urls=[])
    return drawn


def _rounded(drawn: str) -> str:
    """A tenth of a pixel is fine enough, and halves a map's size."""
    return _PATH.sub(lambda found: ' d="' + _DECIMALS.sub(r"\1", found[1]) + '"', drawn)


def _with_titles(drawn: str) -> str:
    def titled(found: re.Match[str]) -> str:
        tag, label, rest = found.groups()
        return f'<{tag} aria-label="{label}"{rest}><title>{label}</title></{tag}>'

    return _LABELLED.sub(titled, drawn)


def text_alternative(drawn: str, text: str) -> str:
    """Give a drawn picture its text alternative, as one image to a screen reader."""
    return drawn.replace("<svg ", f'<svg role="img" aria-label="{escape(text, quote=True)}" ', 1)
