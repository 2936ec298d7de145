"""From combinations back to people: who of those alike keeps which detail is drawn at random."""

import numpy as np
import numpy.typing as npt

from tiphub.errors import TiphubError
from tiphub.standard.variables import Codes
from tiphub.vault.s4_protect.k_anonymity.hierarchy import Hierarchies
from tiphub.vault.s4_protect.k_anonymity.recode import DROPPED, Recoding


class Allotment:
    """Hands each person the output of their combination, in the second pass over the population."""

    def __init__(
        self,
        hierarchies: Hierarchies,
        keys: npt.NDArray[np.int64],
        recoding: Recoding,
        random: np.random.Generator,
    ) -> None:
        combination = np.repeat(recoding.combination, recoding.people)
        order = np.lexsort((random.random(len(combination)), combination))
        self._output = np.repeat(recoding.output, recoding.people)[order]
        self._next = np.searchsorted(combination, np.arange(len(keys)))
        self._end = np.searchsorted(combination, np.arange(len(keys)), side="right")
        self._hierarchies = hierarchies
        self._keys = keys

    def rewrite(self, batch: Codes, columns: list[int]) -> Codes:
        """The batch with its quasi-identifiers recoded and without the people who are dropped.

        Raises:
            TiphubError: the second pass shows other people than the first.
        """
        key = self._hierarchies.key(batch[:, columns])
        kind = np.minimum(np.searchsorted(self._keys, key), len(self._keys) - 1)
        order = np.argsort(kind, kind="stable")
        seen = np.bincount(kind, minlength=len(self._keys))
        if (self._keys[kind] != key).any() or (self._next + seen > self._end).any():
            raise TiphubError(
                "The records changed while they were being protected.", do="Run the build again."
            )
        first = np.cumsum(seen) - seen
        place = np.empty(len(key), dtype=np.int64)
        place[order] = self._next[kind[order]] + np.arange(len(key)) - first[kind[order]]
        self._next = self._next + seen
        output = self._output[place]
        kept = output != DROPPED
        out: Codes = batch[kept]
        out[:, columns] = self._hierarchies.codes(output[kept])
        return out

    def finish(self) -> None:
        """Refuse a second pass that ended early.

        Raises:
            TiphubError: people of the first pass were missing.
        """
        if (self._next != self._end).any():
            raise TiphubError(
                "The records changed while they were being protected.", do="Run the build again."
            )
