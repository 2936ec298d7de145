"""Whether people were exploited in the country of their citizenship, measured beside a release's columns.

It is looked up in each record before rare countries are merged, so that it is known of their people too.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from tiphub.standard import Standard
from tiphub.standard.own import CITIZENSHIP, COUNTRY, OWN_COUNTRY, own_country
from tiphub.standard.variables import Codes, Variable
from tiphub.vault.s4_protect.dp.home import Home
from tiphub.vault.s4_protect.dp.logic import Follows


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

    def widen(self, codes: Codes) -> Codes:
        """Records with the column at the end; looks at each record by itself alone."""
        if not self.members:
            return codes
        out = np.empty((len(codes), codes.shape[1] + 1), np.int16, order="F")
        out[:, :-1] = codes
        out[:, -1] = self._looked_up[tuple(codes[:, item] for item in self.members)]
        return out

    def home(self, shown: tuple[Variable, ...]) -> Home | None:
        """How records come to have the column at the end, over variables some of whose values were merged."""
        if not self.members:
            return None
        citizenship, country = self.members
        return Home(len(shown) - 1, citizenship, country, self._told(shown))

    @cached_property
    def _looked_up(self) -> npt.NDArray[np.int16]:
        return self._told(self.variables)

    def _told(self, variables: tuple[Variable, ...]) -> npt.NDArray[np.int16]:
        values = ("", *OWN_COUNTRY.values)
        homes, places = (("", *variables[item].values) for item in self.members)
        told = [[values.index(own_country(self.standard, one, other)) for other in places] for one in homes]
        return np.array(told, np.int16)
