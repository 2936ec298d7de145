"""Which columns findings need counted together: exactly what a noisy release has to have for intervals."""

from collections.abc import Collection

import pyarrow as pa

from tiphub.engine import DuckDBEngine
from tiphub.evidence.findings import Source, answer, counted_together, library, parse_finding
from tiphub.evidence.findings.noise import Noise
from tiphub.evidence.noise import MeasuredCounts
from tiphub.simulate import simulate_population
from tiphub.standard import Variable, encode, load_standard, variable
from tiphub.standard.variables import decode
from tiphub.vault.s4_protect.dp.answered import beside, widen
from tiphub.vault.s4_protect.dp.counting import count_tables
from tiphub.vault.s6_publish.tables import typed_records

STANDARD = load_standard()
PEOPLE = simulate_population(500, seed=3).people
COLUMNS = tuple(
    variable(STANDARD, name, years=(2000, 2030)) for name in STANDARD.published if name in PEOPLE.column_names
)
CODES = encode(PEOPLE.select([item.name for item in COLUMNS]), COLUMNS)
FINDINGS = tuple(
    item
    for item in library(STANDARD)
    if item.topic in {"children", "recruitment"} and item.measure.kind == "group"
)
BOYS_AND_GIRLS = """\
topic: recruitment
title: T
who: children
say: s
measure: {group: recruiter_relation, any: [family]}
where: {majority_status: child}
by: {field: gender, parts: {woman: girls, man: boys}}
"""
Sets = Collection[tuple[str, ...]]


def needs(text: str, variables: tuple[Variable, ...] = COLUMNS) -> Sets:
    return counted_together([parse_finding(text, "own.yml", STANDARD)], variables, STANDARD)


def untold(sets: Sets) -> set[str]:
    """The findings that lack a count, from a release which counted these columns together and no others."""
    more, derived = beside(STANDARD, COLUMNS)
    every = (*COLUMNS, *more)
    place = {item.name: number for number, item in enumerate(every)}
    listed = [tuple(place[name] for name in names) for names in sets]
    codes = widen(CODES, derived)
    exact = count_tables([codes], [item.cardinality for item in every], listed)
    rows = []
    for table in listed:
        fields = "|".join(every[item].name for item in table)
        for cell in zip(*exact[table].nonzero(), strict=True):
            values = (["", *every[item].values][code] for item, code in zip(table, cell, strict=True))
            count = int(exact[table][cell])
            bounds = {"std": 0.5, "low": count - 1.0, "high": count + 1.0}
            rows.append({"fields": fields, "values": "|".join(values), "count": count, **bounds})
    with DuckDBEngine() as engine:
        noise = Noise(MeasuredCounts(pa.Table.from_pylist(rows), COLUMNS), STANDARD)
        source = Source(
            engine.register("records", typed_records(decode(CODES, COLUMNS), COLUMNS)),
            noise=noise,
            left_out={},
        )
        results = [answer(finding, source, STANDARD) for finding in FINDINGS]
    return {
        result.finding.name
        for result in results
        if any(cell.estimate.why == "unmeasured" for cell in result.cells)
    }


def test_a_share_of_boys_and_girls_needs_numerator_and_denominator_by_both() -> None:
    assert set(needs(BOYS_AND_GIRLS)) == {
        ("gender", "majority_status", "recruiter_relation_family"),
        ("gender", "majority_status", "recruiter_relation:answered"),
    }


def test_what_the_release_does_not_have_is_left_out() -> None:
    few = tuple(item for item in COLUMNS if item.name != "gender")
    assert not needs(BOYS_AND_GIRLS, few)
    alone = tuple(item for item in COLUMNS if not item.name.startswith("recruiter_relation"))
    assert not needs(BOYS_AND_GIRLS, alone)


def test_who_has_one_option_of_a_group_needs_no_count_of_who_answered_it() -> None:
    text = BOYS_AND_GIRLS.partition("where:")[0] + "where: {recruiter_relation_friend: [yes]}\n"
    assert set(needs(text)) == {
        ("recruiter_relation_friend", "recruiter_relation_family"),
        ("recruiter_relation_friend",),
    }


def test_with_these_tables_every_finding_has_its_counts() -> None:
    assert not untold(counted_together(FINDINGS, COLUMNS, STANDARD))


def test_without_those_of_three_columns_exactly_the_findings_that_need_them_lack_some() -> None:
    needed = counted_together(FINDINGS, COLUMNS, STANDARD)
    threes = {
        finding.name
        for finding in FINDINGS
        if any(len(names) == 3 for names in counted_together([finding], COLUMNS, STANDARD))
    }
    assert {"girls_boys_labour", "family_by_type_children", "family_boys_girls"} <= threes
    assert untold([names for names in needed if len(names) < 3]) == threes
