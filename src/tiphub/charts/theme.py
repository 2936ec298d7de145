"""Colours, type and the Vega-Lite configuration that all pictures share."""

from collections.abc import Mapping
from typing import Any

INK = "#14232b"
MUTED = "#56666e"
LINE = "#d5dcdd"
PAPER = "#ffffff"
NO_DATA = "#e9e6de"
ACCENT = "#a85a0a"

SERIES = ("#0b6e75", "#c4751a", "#6b3f85", "#2f3a44")
"""One colour a series, told apart by colour-blind readers too (``tests/charts/test_colours.py``)."""

SEQUENCE = ("#cfe6e1", "#8fc7c1", "#4a9d9d", "#1b6f77", "#0a3f49")
"""Few to many, light to dark, in one hue."""

FONT = "Noto Sans, Arial, Liberation Sans, sans-serif"

CONFIG: Mapping[str, Any] = {
    "background": PAPER,
    "font": FONT,
    "padding": 16,
    "view": {"stroke": None},
    "title": {
        "anchor": "start",
        "frame": "group",
        "color": INK,
        "fontSize": 17,
        "fontWeight": 600,
        "offset": 10,
    },
    "axis": {
        "domain": False,
        "ticks": False,
        "gridColor": LINE,
        "labelColor": INK,
        "labelFontSize": 12,
        "labelLimit": 260,
        "title": None,
    },
    "legend": {"labelColor": INK, "labelFontSize": 12, "labelLimit": 320},
}
