"""Differential privacy: noisy tables, and records made from them alone."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from importlib.resources import files
from pathlib import Path

import numpy as np

from tiphub.errors import TiphubError
from tiphub.progress import Progress
from tiphub.standard import Standard
from tiphub.standard.implications import implications, reconcile
from tiphub.standard.variables import Codes, encode, pack, packed_schema
from tiphub.tabular.mapped import Mapped
from tiphub.vault.s4_protect.dp.answered import beside, gaps, widen
from tiphub.vault.s4_protect.dp.counts import counted, released_counts
from tiphub.vault.s4_protect.dp.domains import Place
from tiphub.vault.s4_protect.dp.logic import forbidden
from tiphub.vault.s4_protect.dp.measure import measure
from tiphub.vault.s4_protect.dp.models import Promised, measure_models
from tiphub.vault.s4_protect.dp.noise import FreshNoise, Noise
from tiphub.vault.s4_protect.dp.own import OwnCountry
from tiphub.vault.s4_protect.dp.statement import loss, statement
from tiphub.vault.s4_protect.dp.synthesis import Effort, synthesise
from tiphub.vault.s4_protect.method import Population, Protected


@dataclass(frozen=True, kw_only=True)
class DifferentialPrivacy:
    """Zero-concentrated differential privacy, for adding or removing one person.

    ``rho`` is all that ``protect`` spends; it must be booked before. ``delta`` only serves to say the same
    as (epsilon, delta). ``into`` is where values with too few people go. ``requires`` says whether an
    answer implies the one that its group requires (see `implications`); files whose own standard does not
    say so go without. ``answered`` adds to what is measured whether anything of a group was answered, and
    whether people were exploited in their own country. ``doubt`` leaves fewer combinations of answers that
    nobody gave, for less exact counts of few people (see `tiphub.vault.s4_protect.dp.doubt`). ``effort``
    says how long to fit, if not as long as the people are worth. ``wanted`` are sets of three columns to be
    counted together before others; they may not be chosen by looking at the records. ``promised`` are the
    models that a part of ``rho`` supports. ``folder`` is where the records lie until they are written
    elsewhere (see `Mapped`); they are never all in memory. ``noise`` and ``seed_for_tests`` are for tests:
    what they make is marked as not private.

    Raises:
        TiphubError: ``rho`` is not above 0.
    """

    rho: Fraction
    delta: float
    standard: Standard
    into: Place = "broader"
    requires: bool = True
    doubt: bool = False
    effort: Effort | None = None
    answered: bool = True
    wanted: tuple[tuple[str, ...], ...] = ()
    promised: Promised = field(default_factory=Promised)
    folder: Path | None = None
    noise: Noise = field(default_factory=FreshNoise)
    seed_for_tests: int | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.rho <= 0:
            raise TiphubError("There is no budget to spend: rho must be above 0.")

    @property
    def name(self) -> str:
        """The method's name."""
        return "differential_privacy"

    @property
    def _private(self) -> bool:
        return self.noise.private and self.seed_for_tests is None

    @property
    def argument(self) -> str:
        """Why the method holds, in the order of the code (Markdown)."""
        return (files(__package__) / "argument.md").read_text("utf-8")

    def protect(self, population: Population, *, progress: Progress) -> Protected:
        """Measure with noise, make records, count them.

        Raises:
            TiphubError: no columns, or too few people for the budget.
        """
        if not population.variables:
            raise TiphubError("The release has no columns.", do="Name columns in hub.yml.")
        rules = implications(self.standard, population.variables, requires=self.requires)

        def people() -> Iterator[Codes]:
            return (reconcile(batch, rules) for batch in population.batches())

        rest, apart = self.promised.split(self.rho)
        own = OwnCountry(self.standard, population.variables if self.answered else ())
        answered, derived = beside(self.standard, population.variables) if self.answered else ((), ())
        measured = measure(
            lambda: (own.widen(widen(batch, derived)) for batch in people()),
            (*population.variables, *answered, *own.column),
            rho=rest,
            noise=self.noise,
            into=self.into,
            progress=progress,
            derived=(*derived, *own.follows(len(population.variables) + len(answered))),
            wanted=self.wanted,
        )
        models = measure_models(
            people,
            population.variables,
            self.promised.models,
            rho=apart,
            noise=self.noise,
            standard=self.standard,
            progress=progress,
        )
        columns = len(population.variables)
        records = Mapped(packed_schema(measured.variables[:columns]), self.folder)

        def made() -> Iterator[Codes]:
            for codes in synthesise(
                measured,
                forbidden(rules, measured.blocks),
                derived=derived,
                home=own.home(measured.variables),
                doubt=self.doubt,
                random=np.random.default_rng(self.seed_for_tests),
                progress=progress,
                effort=self.effort,
            ):
                batch = pack(codes[:, :columns], measured.variables[:columns])
                encode(batch, population.variables)  # raises if a record left the declared domains
                records.write(batch)
                yield codes

        tables = counted(measured, made())
        return Protected(
            records=records.table(),
            counts=released_counts(measured, tables),
            statement=statement(self.rho, self.delta, measured, private=self._private, models=models.said),
            loss={**loss(measured), **gaps(measured, tables, derived)},
            models=models.tables,
        )
