"""People exploited in the country of their citizenship, within the groups of a mixture.

Countries that are independent within a group would put few people at home: one country in some sixty. So some
share of each group goes home: their country of exploitation is that of their citizenship. The rest of a
group's people draw theirs by themselves.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from tiphub.standard.own import OWN_COUNTRY
from tiphub.standard.variables import Codes
from tiphub.vault.s4_protect.dp.blocks import Blocks, Matrix

YES = 1 + OWN_COUNTRY.values.index("yes")


@dataclass(frozen=True)
class Home:
    """The variable at ``place`` tells whether the codes of two variables are the same country.

    ``told`` is what it tells, citizenships x countries of exploitation. In a group's own shares (see `Fit`),
    its share of "yes" is the share of people who go home; `spread` makes of it how many are there.
    """

    place: int
    citizenship: int
    country: int
    told: npt.NDArray[np.int16]

    @property
    def variables(self) -> tuple[int, ...]:
        """What it follows from."""
        return self.citizenship, self.country

    @cached_property
    def known(self) -> npt.NDArray[np.int64]:
        """The citizenships that have a country of exploitation to go home to."""
        return np.nonzero((self.told == YES).any(axis=1))[0]

    @cached_property
    def homes(self) -> npt.NDArray[np.int64]:
        """Their countries of exploitation."""
        out: npt.NDArray[np.int64] = (self.told[self.known] == YES).argmax(axis=1)
        return out

    def spread(self, shares: Matrix, blocks: Blocks) -> None:
        """From what a group draws to what comes of it, in place: cells x groups."""
        _, country, own = self._slices(blocks)
        rest, gone = self._parts(shares, blocks)
        drawn = shares[country].copy()
        for code in range(own.stop - own.start):
            shares[own.start + code] = (rest * (self._tells(code) @ drawn)).sum(axis=0)
        shares[own.start + YES] += gone.sum(axis=0)
        shares[country] *= rest.sum(axis=0)
        shares[country.start + self.homes] += gone

    def joint(self, drawn: Matrix, blocks: Blocks) -> Matrix:
        """The shares of citizenship by country of exploitation over all groups, of what each draws."""
        rest, gone = self._parts(drawn, blocks)
        groups = np.float32(drawn.shape[1])
        out: Matrix = rest @ drawn[self._slices(blocks)[1]].T / groups
        out[self.known, self.homes] += gone.sum(axis=1) / groups
        return out

    def lead_back(self, gradient: Matrix, drawn: Matrix, error: Matrix, blocks: Blocks) -> None:
        """Lead the gradient of what comes of a group back to what it draws (the chain rule), in place.

        Args:
            gradient: cells x groups.
            drawn: what each group draws, cells x groups.
            error: of citizenship by country of exploitation, which ``gradient`` does not hold.
            blocks: where the cells are.
        """
        citizenship, country, own = self._slices(blocks)
        rest, _ = self._parts(drawn, blocks)
        countries, going = drawn[country], drawn[own.start + YES]
        pull, told = gradient[country].copy(), gradient[own].copy()
        of_rest = error @ countries + (pull * countries).sum(axis=0)
        of_countries = error.T @ rest + pull * rest.sum(axis=0)
        for code, weight in enumerate(told):
            tells = self._tells(code)
            of_rest += tells @ countries * weight
            of_countries += tells.T @ (rest * weight)
        of_gone = pull[self.homes] + error[self.known, self.homes][:, None] + told[YES]
        more = of_gone - of_rest[self.known]
        gradient[citizenship] += of_rest
        gradient[citizenship.start + self.known] += going * more
        gradient[country] = of_countries
        gradient[own] = 0
        gradient[own.start + YES] = (drawn[citizenship.start + self.known] * more).sum(axis=0)

    def go(self, codes: Codes) -> Codes:
        """Let records as drawn go home, in place, and tell of each whether it is there."""
        home = np.full(len(self.told), -1, np.int64)
        home[self.known] = self.homes
        place = home[codes[:, self.citizenship]]
        going = (codes[:, self.place] == YES) & (place >= 0)
        codes[going, self.country] = place[going]
        return self.tell(codes)

    def tell(self, codes: Codes) -> Codes:
        """Tell of each record whether it is at home, in place."""
        codes[:, self.place] = self.told[codes[:, self.citizenship], codes[:, self.country]]
        return codes

    def _parts(self, drawn: Matrix, blocks: Blocks) -> tuple[Matrix, Matrix]:
        """Citizenships x groups: who draws a country; and of those `known`, who goes home."""
        citizenship, _, own = self._slices(blocks)
        rest = drawn[citizenship].copy()
        gone: Matrix = rest[self.known] * drawn[own.start + YES]
        rest[self.known] -= gone
        return rest, gone

    def _tells(self, code: int) -> Matrix:
        out: Matrix = (self.told == code).astype(np.float32)
        return out

    def _slices(self, blocks: Blocks) -> tuple[slice, slice, slice]:
        return blocks.slices[self.citizenship], blocks.slices[self.country], blocks.slices[self.place]
