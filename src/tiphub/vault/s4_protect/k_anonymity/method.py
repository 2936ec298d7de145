"""k-anonymity: nobody can be told from fewer than k others by their quasi-identifiers."""

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from tiphub.errors import TiphubError
from tiphub.progress import Progress
from tiphub.standard.variables import decode
from tiphub.vault.s4_protect.k_anonymity.allot import Allotment
from tiphub.vault.s4_protect.k_anonymity.check import refuse_small_groups
from tiphub.vault.s4_protect.k_anonymity.counts import count
from tiphub.vault.s4_protect.k_anonymity.hierarchy import Hierarchies
from tiphub.vault.s4_protect.k_anonymity.homogeneity import homogeneity
from tiphub.vault.s4_protect.k_anonymity.loss import loss_report
from tiphub.vault.s4_protect.k_anonymity.recode import recode
from tiphub.vault.s4_protect.k_anonymity.statement import statement
from tiphub.vault.s4_protect.method import Population, Protected

COMBINATIONS = 2**62


@dataclass(frozen=True, kw_only=True)
class KAnonymity:
    """Every record shares all its quasi-identifiers with at least ``k - 1`` others (Sweeney 2002).

    ``seed_for_tests`` makes the order of the records and the draws among people alike repeatable; without
    it they come from fresh entropy, as they must in production.

    Raises:
        TiphubError: ``k`` is below 2.
    """

    k: int = 11
    seed_for_tests: int | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.k < 2:
            raise TiphubError(
                f"k is {self.k}: a group of one protects nobody.", do="Choose k = 2 or more; CTDC has 11."
            )

    @property
    def name(self) -> str:
        """The method's name."""
        return "k_anonymity"

    @property
    def argument(self) -> str:
        """Why the method holds, and what it does not promise (Markdown)."""
        return (files(__package__) / "argument.md").read_text("utf-8")

    def protect(self, population: Population, *, progress: Progress) -> Protected:
        """Recode the quasi-identifiers; count; check again on what would be published.

        Raises:
            TiphubError: no quasi-identifiers, nobody in the population, fewer people than ``k``, the
                population changed between the passes, or the output failed its check.
        """
        columns = _columns(population)
        hierarchies = Hierarchies.of([population.variables[column] for column in columns])
        if np.prod([float(item.variable.cardinality) for item in hierarchies.ladders]) >= COMBINATIONS:
            raise TiphubError(
                "The quasi-identifiers have too many combinations to count.", do="Declare fewer of them."
            )
        with progress.stage("count combinations") as task:
            keys, people = _count_combinations(population, columns, hierarchies, task.advance)
        total = int(people.sum())
        if total < self.k:
            raise TiphubError(
                "There is nobody to protect: the population is empty."
                if not total
                else f"k is {self.k}, and there are fewer people than that: no group can be large enough.",
                do="Hand in more records.",
            )
        combinations = hierarchies.codes(keys)
        with progress.stage("recode") as task:
            recoding = recode(
                combinations, people, hierarchies, k=self.k, record_cost=len(population.variables)
            )
            task.advance(total)
        random = np.random.default_rng(self.seed_for_tests)
        allotment = Allotment(hierarchies, keys, recoding, random)
        with progress.stage("write records", total) as task:
            parts = []
            for batch in population.batches():
                parts.append(allotment.rewrite(batch, columns))
                task.advance(len(batch))
            allotment.finish()
        codes = np.concatenate(parts)
        del parts
        codes = codes[random.permutation(len(codes))]
        with progress.stage("count", len(codes)) as task:
            counts = count(codes, population.variables, self.k)
            task.advance(len(codes))
        records = decode(codes, population.variables)
        refuse_small_groups(records, population.quasi_identifiers, self.k)
        alike = homogeneity(codes, population.variables, columns)
        return Protected(
            records=records,
            counts=counts,
            statement=statement(self.k, population.quasi_identifiers, alike),
            loss=loss_report(combinations, people, hierarchies, recoding, self.k),
        )


def _columns(population: Population) -> list[int]:
    names = [item.name for item in population.variables]
    if not population.quasi_identifiers:
        raise TiphubError(
            "No quasi-identifiers are declared: there is nothing to protect the records by.",
            where="release.quasi_identifiers",
            do="Name the columns by which somebody who knows a victim could look for them.",
        )
    if missing := [name for name in population.quasi_identifiers if name not in names]:
        raise TiphubError(
            f"Quasi-identifiers that the release does not have: {', '.join(missing)}.",
            where="release.quasi_identifiers",
            do="Add them to the columns of the release, or take them off the quasi-identifiers.",
        )
    return [names.index(name) for name in population.quasi_identifiers]


def _count_combinations(
    population: Population, columns: list[int], hierarchies: Hierarchies, advance: Callable[[int], None]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    keys, people = np.empty(0, np.int64), np.empty(0, np.int64)
    for batch in population.batches():
        found, number = np.unique(hierarchies.key(batch[:, columns]), return_counts=True)
        joined, inverse = np.unique(np.concatenate([keys, found]), return_inverse=True)
        people = np.bincount(inverse, np.concatenate([people, number]), len(joined)).astype(np.int64)
        keys = joined
        advance(len(batch))
    return keys, people
