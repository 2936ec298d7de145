"""What findings conclude, and whether a release leads its readers to the same.

A conclusion is what the sentence of a finding says: which of two is more often so, which answer is the most
frequent, or how large a share is in words. It is put as what it leaves possible, so that two can be compared:
"children more often than adults" leaves one direction, "the data cannot tell" leaves both.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from tiphub.engine import DuckDBEngine, spilling
from tiphub.evidence.findings import Cell, Result, Source, answer, library, of_release
from tiphub.evidence.findings.sentences import LISTED, most_frequent
from tiphub.evidence.findings.words import portion
from tiphub.progress import Progress, Silent
from tiphub.release import Release
from tiphub.release.schema import records_schema
from tiphub.standard import Standard
from tiphub.standard.variables import Codes, Variable
from tiphub.vault.s5_evaluate.evaluation import People

Verdict = Literal["same", "less", "more", "other"]
"""The release says the same as the records; less (it cannot tell); more than they bear; something else."""
WORST_FIRST: tuple[Verdict, ...] = ("other", "more", "less", "same")


@dataclass(frozen=True)
class Claim:
    """One thing that a finding concludes.

    ``part`` is whom it is about, where there are several. ``kind``: ``compare`` (``possible`` are the
    directions: more, less), ``most`` (the answers that may be the most frequent) or ``share`` (``low`` to
    ``high`` are what the words mean, ``value`` the share itself). Nothing possible: there is no answer, or
    the sentence names none because it cannot tell.
    """

    kind: Literal["compare", "most", "share"]
    part: str = ""
    possible: tuple[str, ...] = ()
    value: float | None = None
    low: float | None = None
    high: float | None = None


def conclude(
    population: People, standard: Standard, *, folder: Path | None = None, progress: Progress | None = None
) -> dict[str, dict[str, Any]]:
    """What the library of findings concludes from the people themselves: to be kept in the vault.

    Args:
        population: the people; they are counted again and again, packed.
        standard: what their columns mean.
        folder: where those lie, encrypted, whom memory does not hold.
        progress: listens to the findings.

    Returns:
        For each finding that the columns can answer its ``sentence`` and ``claims``, as plain data.
    """
    schema = _schema(population.variables)
    rows = (_typed(batch, population.variables, schema) for batch in population.batches())
    with spilling(folder) as engine:
        table = engine.collect("people", schema, rows)
        return {
            result.finding.name: {
                "title": result.finding.title,
                "sentence": result.sentence,
                "claims": [_plain(claim) for claim in claims(result)],
            }
            for result in _answers(Source(table), standard, "findings on the people", progress)
            if not result.problem
        }


def compare(
    true: Mapping[str, Mapping[str, Any]],
    release: Release,
    standard: Standard,
    *,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Hold what a reader of a release concludes against what `conclude` kept of the people.

    Returns:
        ``asked`` findings, how many are ``same``, ``less``, ``more`` and ``other`` (see `Verdict`; of a
        finding with several claims the worst one counts), and the ``changed`` ones with both sentences.
        A finding that neither can answer is not counted.
    """
    with DuckDBEngine() as engine:
        source = of_release(release, release.records(engine), engine, standard)
        told = {
            result.finding.name: result
            for result in _answers(source, standard, "findings on the release", progress)
        }
    verdicts: Counter[Verdict] = Counter()
    changed = []
    for name, kept in true.items():
        if name not in told:
            continue
        found = verdict([Claim(**claim) for claim in kept["claims"]], claims(told[name]))
        verdicts[found] += 1
        if found != "same":
            sentences = {"people": kept["sentence"], "release": told[name].sentence}
            changed.append({"name": name, "title": kept["title"], "verdict": found, **sentences})
    changed.sort(key=lambda item: WORST_FIRST.index(item["verdict"]))
    return {
        "asked": verdicts.total(),
        **{name: verdicts[name] for name in WORST_FIRST[::-1]},
        "changed": changed,
    }


def claims(result: Result) -> tuple[Claim, ...]:
    """What a finding's sentence says."""
    if result.finding.compare is not None:
        direction = result.comparison.direction if result.comparison else "unclear"
        return (Claim("compare", possible=("less", "more") if direction == "unclear" else (direction,)),)
    parts: dict[str, list[Cell]] = {}
    for cell in result.cells:
        parts.setdefault(cell.part, []).append(cell)
    return tuple(
        Claim("most", part, possible=tuple(sorted(cell.option for cell in most_frequent(cells))))
        if any(cell.option for cell in cells)
        else _share(part, cells[0])
        for part, cells in parts.items()
    )


def verdict(true: Sequence[Claim], told: Sequence[Claim]) -> Verdict:
    """Whether what is told follows from what is true.

    >>> verdict([Claim("compare", possible=("more",))], [Claim("compare", possible=("less", "more"))])
    'less'
    """
    by_part = {claim.part: claim for claim in told}
    found = [_verdict(claim, by_part.get(claim.part)) for claim in true]
    return min(found, key=WORST_FIRST.index, default="same")


def _verdict(true: Claim, told: Claim | None) -> Verdict:
    if true.kind == "share":
        if true.value is None:
            return "more" if told and told.low is not None else "same"
        if told is None or told.low is None or told.high is None:
            return "less"
        return "same" if told.low <= true.value <= told.high else "other"
    right, said = (_possible(claim) for claim in (true, told or Claim(true.kind)))
    if said == right:
        return "same"
    if not said or (right and said > right):
        return "less"
    return "more" if not right or said < right else "other"


def _possible(claim: Claim) -> set[str]:
    """What a claim leaves possible; of more answers than a sentence lists it says nothing.

    Evaluations that were kept before may have more.
    """
    return set() if claim.kind == "most" and len(claim.possible) > LISTED else set(claim.possible)


def _share(part: str, cell: Cell) -> Claim:
    found = cell.estimate
    if found.share is None or found.low is None or found.high is None:
        return Claim("share", part)
    words = portion(found.low, found.high)
    if words is None:
        return Claim("share", part, value=found.share)
    return Claim("share", part, value=found.share, low=words.low, high=words.high)


def _plain(claim: Claim) -> dict[str, Any]:
    return {
        "kind": claim.kind,
        "part": claim.part,
        "possible": list(claim.possible),
        "value": claim.value,
        "low": claim.low,
        "high": claim.high,
    }


def _answers(source: Source, standard: Standard, name: str, progress: Progress | None) -> Iterator[Result]:
    findings = library(standard)
    with (progress or Silent()).stage(name, len(findings)) as task:
        for finding in findings:
            yield answer(finding, source, standard)
            task.advance(1)


def _schema(variables: Sequence[Variable]) -> pa.Schema:
    """The schema of a release's records, with text as a dictionary."""
    packed = pa.dictionary(pa.int16(), pa.string())
    fields = records_schema(variables)
    return pa.schema(
        [pa.field(item.name, packed if item.type == pa.string() else item.type) for item in fields]
    )


def _typed(batch: Codes, variables: Sequence[Variable], schema: pa.Schema) -> pa.RecordBatch:
    columns = []
    for position, item in enumerate(variables):
        code, kind = np.ascontiguousarray(batch[:, position]), schema.field(item.name).type
        unknown = code == 0
        if pa.types.is_boolean(kind):
            columns.append(pa.array(code == 2, mask=unknown))
        elif pa.types.is_integer(kind):
            values = np.array([0, *map(int, item.values)], np.int32)
            columns.append(pa.array(values[code], mask=unknown))
        else:
            index = pa.array(np.maximum(code - 1, 0), mask=unknown)
            columns.append(pa.DictionaryArray.from_arrays(index, pa.array(item.values, pa.string())))
    return pa.record_batch(columns, schema=schema)
