"""Which columns of a release findings need counted together: known before anybody is counted."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import ibis
import ibis.expr.types as ir

from tiphub.errors import TiphubError
from tiphub.evidence.findings.carried import needed
from tiphub.evidence.findings.model import Finding, Measure
from tiphub.evidence.findings.options import counted
from tiphub.release.schema import records_schema
from tiphub.standard import Standard, Variable
from tiphub.standard.own import counted_beside


def counted_together(
    findings: Iterable[Finding], variables: Sequence[Variable], standard: Standard
) -> tuple[tuple[str, ...], ...]:
    """The sets of columns that a noisy release has to count together for these findings to have intervals.

    They follow from the findings, the release's columns and the standard; no record is looked at. Some
    columns are of the counts alone (see `tiphub.standard.answered` and `tiphub.standard.own`).

    Returns:
        Each set once, its columns in the order of the release's counts. What a finding needs beyond the
        release's columns is left out.
    """
    names = [item.name for item in variables]
    names += [item.name for item in counted_beside(standard, names)]
    place = {name: number for number, name in enumerate(names)}
    nobody = ibis.table(ibis.Schema.from_pyarrow(records_schema(variables)), name="nobody")
    sets = (found for finding in findings for found in _sets(finding, nobody, standard))
    kept = (tuple(sorted(found, key=place.__getitem__)) for found in sets if found <= place.keys())
    return tuple(dict.fromkeys(kept))


def _sets(finding: Finding, nobody: ir.Table, standard: Standard) -> Iterator[frozenset[str]]:
    try:
        question = counted(nobody, nobody, _of_any_records(finding.measure), standard)
    except TiphubError:
        return
    for where in [part.where for part in finding.parts] or [{}]:
        for option in question.options:
            yield from map(frozenset, needed([finding.where, where], option, question))


def _of_any_records(measure: Measure) -> Measure:
    """The measure without its ``top``, which depends on the records; it needs the same columns."""
    return replace(measure, top=0, name="domestic" if measure.kind == "pair" else measure.name)
