"""Whether people were exploited in the country of their citizenship, measured beside a release's columns.

It is looked up in each record before rare countries are merged, so that it is known of their people too. The
mixture does not learn it: it could only be told pair by pair of countries.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from tiphub.standard import Standard
from tiphub.standard.own import CITIZENSHIP, COUNTRY, OWN_COUNTRY, own_country
from tiphub.standard.variables import Codes, Variable
from tiphub.vault.s4_protect.dp.blocks import Blocks
from tiphub.vault.s4_protect.dp.logic import Follows
from tiphub.vault.s4_protect.dp.measure import Measured


@dataclass(frozen=True)
class OwnCountry:
    """The column over some variables; no column where they lack one of the two that it follows from."""

    standard: Standard
    variables: tuple[Variable, ...]

    @cached_property
    def members(self) -> tuple[int, ...]:
        """The places of the two variables that it follows from."""
        names = [item.name for item in self.variables]
        wanted = (CITIZENSHIP, COUNTRY)
        return tuple(map(names.index, wanted)) if set(wanted) <= set(names) else ()

    @property
    def column(self) -> tuple[Variable, ...]:
        """The variable to be measured, if there is one."""
        return (OWN_COUNTRY,) if self.members else ()

    def follows(self, place: int) -> tuple[Follows, ...]:
        """What the column at a place follows from."""
        return (Follows(place, self.members),) if self.members else ()

    def over(self, variables: tuple[Variable, ...]) -> "OwnCountry":
        """The same column over variables some of whose values were merged."""
        return replace(self, variables=variables if self.members else ())

    def widen(self, codes: Codes) -> Codes:
        """Records with the column at the end; looks at each record by itself alone."""
        if not self.members:
            return codes
        out = np.empty((len(codes), codes.shape[1] + 1), np.int16, order="F")
        out[:, :-1] = codes
        out[:, -1] = self._told[tuple(codes[:, item] for item in self.members)]
        return out

    def without(self, measured: Measured) -> Measured:
        """What was measured of all other columns."""
        if not self.members:
            return measured
        last = len(measured.variables) - 1
        return replace(
            measured,
            regroupings=measured.regroupings[:last],
            blocks=Blocks(measured.blocks.cardinalities[:last]),
            tables=tuple(table for table in measured.tables if last not in table),
        )

    @cached_property
    def _told(self) -> npt.NDArray[np.int16]:
        values = ("", *OWN_COUNTRY.values)
        homes, places = (("", *self.variables[item].values) for item in self.members)
        told = [[values.index(own_country(self.standard, one, other)) for other in places] for one in homes]
        return np.array(told, np.int16)
