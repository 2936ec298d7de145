"""The four fictional agencies, one folder each."""

from tiphub.simulate.agencies.harbour import HARBOUR
from tiphub.simulate.agencies.lantern import LANTERN
from tiphub.simulate.agencies.mirador import MIRADOR
from tiphub.simulate.agencies.nightline import NIGHTLINE

AGENCIES = {agency.name: agency for agency in (HARBOUR, NIGHTLINE, LANTERN, MIRADOR)}
"""By name, in the order in which they hand in."""
