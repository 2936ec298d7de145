"""Pictures: one file a kind, each a Vega-Lite spec, for portal, stories and reports alike."""

from tiphub.charts.bars import Bar, bars
from tiphub.charts.frame import Frame
from tiphub.charts.render import Spec, png, svg
from tiphub.charts.world import Place, world
from tiphub.charts.years import Year, years

__all__ = ["Bar", "Frame", "Place", "Spec", "Year", "bars", "png", "svg", "world", "years"]
