"""k-anonymity keeps its promise on any population, and says clearly when it cannot."""

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tiphub.errors import TiphubError
from tiphub.progress import Silent
from tiphub.standard import Variable, encode, load_standard, variable
from tiphub.standard.variables import Codes
from tiphub.vault.s4_protect import KAnonymity, Population, Protected
from tiphub.vault.s4_protect.k_anonymity.check import refuse_small_groups

AREA = Variable(
    "area",
    ("north_1", "north_2", "south_1", "lone", "north", "south"),
    ("north", "north", "south", None, None, None),
)
AGE = Variable("age", ("0_8", "9_17", "18_20", "child", "adult"), ("child", "child", "adult", None, None))
GENDER = Variable("gender", ("woman", "man"), (None, None))
FLAG = Variable("debt", ("no", "yes"), (None, None))
EDUCATION = Variable("education", ("none", "primary", "higher"), (None, None, None))
COLUMNS = (AREA, AGE, FLAG, GENDER, EDUCATION)
QUASI = ("area", "age", "gender")


def population(
    codes: Codes, columns: Sequence[Variable] = COLUMNS, quasi: Sequence[str] = QUASI
) -> Population:
    """A population read in batches, in another order each time."""
    passes = iter(range(1_000))

    def batches() -> Iterator[Codes]:
        order = np.random.default_rng(next(passes)).permutation(len(codes))
        yield from np.array_split(codes[order], 3)

    return Population(variables=tuple(columns), quasi_identifiers=tuple(quasi), batches=batches)


def protect(codes: Codes, k: int = 3, **changes: object) -> Protected:
    return KAnonymity(k=k, seed_for_tests=1).protect(population(codes, **changes), progress=Silent())  # type: ignore[arg-type]


@st.composite
def people(draw: st.DrawFn) -> Codes:
    """People of a few kinds, some common and some rare."""
    kind = st.tuples(*(st.integers(0, item.cardinality - 1) for item in COLUMNS))
    kinds = draw(st.lists(st.tuples(kind, st.integers(1, 12)), min_size=1, max_size=25))
    return np.array([codes for codes, number in kinds for _ in range(number)], dtype=np.int16)


def groups(records: pa.Table, quasi: Sequence[str] = QUASI) -> Counter[tuple[str | None, ...]]:
    return Counter(tuple(row[name] for name in quasi) for row in records.select(list(quasi)).to_pylist())


def above(item: Variable, value: str | None) -> set[str | None]:
    """The value, what is broader, and unknown."""
    found: set[str | None] = {None}
    while value is not None:
        found.add(value)
        value = item.broader[item.values.index(value)]
    return found


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(codes=people(), k=st.integers(2, 7))
def test_every_group_has_k_records(codes: Codes, k: int) -> None:
    if len(codes) < k:
        with pytest.raises(TiphubError):
            protect(codes, k)
        return
    found = groups(protect(codes, k).records)
    assert all(size >= k for size in found.values())
    assert sum(found.values()) <= len(codes)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(codes=people())
def test_every_cell_is_true_or_says_less(codes: Codes) -> None:
    """With an identifying column beside them, each record can be followed through protection."""
    if not 3 <= len(codes) <= 250:
        return
    number = Variable("number", tuple(map(str, range(len(codes)))), (None,) * len(codes))
    numbered = np.column_stack([codes, np.arange(1, len(codes) + 1, dtype=np.int16)])
    out = protect(numbered, columns=(*COLUMNS, number)).records
    rows = [int(cell) for cell in out["number"].to_pylist()]
    assert len(set(rows)) == len(rows)
    for item, before in zip(COLUMNS, codes.T, strict=True):
        for row, shown in zip(rows, out[item.name].to_pylist(), strict=True):
            true = (None, *item.values)[before[row]]
            if item.name in QUASI:
                assert shown in above(item, true)
            else:
                assert shown == true


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(codes=people(), k=st.integers(2, 6))
def test_counts_are_those_of_the_records_and_none_is_below_k(codes: Codes, k: int) -> None:
    if len(codes) < k:
        return
    out = protect(codes, k)
    rows = out.records.to_pylist()
    for cell in out.counts.to_pylist():
        fields = cell["fields"].split("|") if cell["fields"] else []
        values = cell["values"].split("|") if cell["fields"] else []
        same = [row for row in rows if all((row[f] or "") == v for f, v in zip(fields, values, strict=True))]
        assert cell["count"] == len(same) >= k
        assert (cell["std"], cell["low"], cell["high"]) == (None, None, None)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(codes=people(), k=st.integers(2, 6))
def test_no_total_beside_a_table_gives_a_small_count_away(codes: Codes, k: int) -> None:
    """What a published total leaves over is nothing, or at least k people in two cells or more."""
    if len(codes) < k:
        return
    out = protect(codes, k)
    rows = out.records.to_pylist()
    published = {(cell["fields"], cell["values"]): cell["count"] for cell in out.counts.to_pylist()}
    fields = {item.name: ["", *item.values] for item in COLUMNS if item is not FLAG}
    for a, values_a in fields.items():
        check_line(published, rows, k=k, cells=[(a, v) for v in values_a], fixed={}, total=len(rows))
        for b, values_b in fields.items():
            for value in values_b if a != b else []:
                total = published.get((b, value))
                if total is not None:
                    check_line(
                        published, rows, k=k, cells=[(a, v) for v in values_a], fixed={b: value}, total=total
                    )
    for (names, values), number in published.items():  # "not yes" is never 1 to k - 1 people
        known = dict(zip(names.split("|"), values.split("|"), strict=True))
        if "debt" in known and len(known) == 2:
            rest = {name: value for name, value in known.items() if name != "debt"}
            ((name, value),) = rest.items()
            left = published[name, value] - number
            assert left == 0 or left >= k


def check_line(
    published: dict[tuple[str, str], int],
    rows: list[dict[str, str | None]],
    *,
    k: int,
    cells: list[tuple[str, str]],
    fixed: dict[str, str],
    total: int,
) -> None:
    order = [item.name for item in COLUMNS]
    missing, left, told = 0, total, 0
    for name, value in cells:
        wanted = fixed | {name: value}
        names = sorted(wanted, key=order.index)
        count = published.get(("|".join(names), "|".join(wanted[n] for n in names)))
        left -= count or 0
        told += count is not None
        true = sum(all((row[n] or "") == v for n, v in wanted.items()) for row in rows)
        missing += count is None and true > 0
    assert left == 0 or (left >= k and (missing >= 2 or not told))


def test_a_small_group_keeps_what_it_can_share() -> None:
    """Two rare areas of one region become the region; nobody else loses anything."""
    codes = np.array([[1, 1, 0, 1, 0]] * 5 + [[2, 1, 0, 1, 0]] * 4 + [[3, 3, 0, 2, 0]] * 20, dtype=np.int16)
    out = protect(codes, k=9)
    assert groups(out.records) == {("north", "0_8", "woman"): 9, ("south_1", "18_20", "man"): 20}
    assert out.records.num_rows == 29


def test_shares_that_could_only_be_told_too_coarsely_are_not_told() -> None:
    few = np.array([[1, 1, 0, 1, 0]] * 29, dtype=np.int16)
    assert protect(few, k=9).loss["records_kept"] is None
    rare = [[area, 1, 0, 1, 0] for area in (2, 3, 4)] * 8
    many = np.array([[1, 1, 0, 1, 0]] * 200 + rare, dtype=np.int16)
    loss = protect(many, k=9).loss
    assert loss["records_kept"] == 1.0
    assert loss["records_kept_by_plain_suppression"] < 1.0


def test_records_alike_may_keep_different_detail() -> None:
    """A group with people to spare lends some to a small one rather than letting it lose everything."""
    codes = np.array([[1, 1, 0, 1, 0]] * 40 + [[2, 1, 0, 1, 0]] * 8, dtype=np.int16)
    found = groups(protect(codes, k=10).records)
    assert found == {("north_1", "0_8", "woman"): 38, ("north", "0_8", "woman"): 10}


def test_a_record_like_no_other_joins_the_unknown_rather_than_being_dropped() -> None:
    codes = np.array([[0, 0, 1, 0, 1]] * 12 + [[4, 5, 2, 2, 3]], dtype=np.int16)
    out = protect(codes, k=11)
    assert groups(out.records) == {(None, None, None): 13}
    assert "yes" in out.records["debt"].to_pylist()


def test_records_that_would_hurt_too_many_others_are_dropped() -> None:
    """One odd person beside a group without anybody to spare: all would lose everything for one record."""
    codes = np.array([[1, 1, 1, 1, 1]] * 11 + [[4, 5, 2, 2, 3]], dtype=np.int16)
    out = protect(codes, k=11)
    assert groups(out.records) == {("north_1", "0_8", "woman"): 11}
    assert out.loss["records_kept"] is None


def test_the_order_of_records_says_nothing() -> None:
    codes = np.zeros((400, 5), dtype=np.int16)
    codes[:200, 2] = 1
    method = KAnonymity(k=2)
    orders = {
        tuple(method.protect(population(codes), progress=Silent()).records["debt"].to_pylist())
        for _ in range(3)
    }
    assert len(orders) == 3
    assert all(order != tuple(sorted(order, key=str)) for order in orders)


def test_majority_status_is_counted_in_every_group() -> None:
    """An age band is never hidden in vain: what majority status still tells is shared by k as well."""
    standard = load_standard()
    columns = tuple(variable(standard, name, years=(2015, 2024)) for name in standard.quasi_identifiers)
    random = np.random.default_rng(5)
    band = random.choice(np.arange(10), 3_000, p=[0.2, 0.02, 0.1, 0.2, 0.2, 0.1, 0.08, 0.05, 0.03, 0.02])
    majority = np.array([0, 1, 1, *[2] * 7])[band]
    countries = random.zipf(1.6, (3_000, 2)) % 200 + 1
    codes = np.column_stack(
        [random.integers(1, 11, 3_000), random.integers(1, 4, 3_000), band, majority, countries]
    )
    out = protect(codes.astype(np.int16), k=11, columns=columns, quasi=standard.quasi_identifiers).records
    assert min(groups(out, standard.quasi_identifiers).values()) >= 11
    for band_shown, status in set(
        zip(out["age_band"].to_pylist(), out["majority_status"].to_pylist(), strict=True)
    ):
        implied = {"0_8": "child", "9_17": "child", "child": "child", None: status}.get(band_shown, "adult")
        assert status in {implied, None}


@pytest.mark.parametrize(
    ("k", "rows", "quasi", "words"),
    [
        (1, 20, QUASI, "k is 1"),
        (30, 20, QUASI, "fewer people"),
        (2, 1, QUASI, "fewer people"),
        (2, 0, QUASI, "empty"),
        (2, 20, (), "No quasi-identifiers"),
        (2, 20, ("area", "eye_colour"), "eye_colour"),
    ],
)
def test_what_cannot_be_done_is_said(k: int, rows: int, quasi: tuple[str, ...], words: str) -> None:
    with pytest.raises(TiphubError, match=words):
        protect(np.ones((rows, 5), dtype=np.int16), k, quasi=quasi)


def test_many_quasi_identifiers_are_protected_without_trying_every_level() -> None:
    flags = tuple(Variable(f"flag_{position}", ("no", "yes"), (None, None)) for position in range(14))
    columns = (AREA, *flags)
    quasi = [item.name for item in columns]
    random = np.random.default_rng(4)
    codes = np.column_stack(
        [random.integers(1, 5, 400), random.choice([0, 1, 2], (400, 14), p=[0.7, 0.2, 0.1])]
    )
    out = protect(codes.astype(np.int16), k=11, columns=columns, quasi=quasi)
    assert min(groups(out.records, quasi).values()) >= 11
    assert out.records.num_rows == 400
    assert out.loss["information_lost"] < 1


def test_a_population_that_changes_between_the_passes_is_refused() -> None:
    passes = iter([5, 4])
    moving = Population(
        variables=COLUMNS,
        quasi_identifiers=QUASI,
        batches=lambda: iter([np.ones((next(passes), 5), dtype=np.int16)]),
    )
    with pytest.raises(TiphubError, match="changed"):
        KAnonymity(k=2).protect(moving, progress=Silent())


def test_a_table_with_one_small_group_is_refused_whole() -> None:
    sound = pa.table({"gender": ["woman"] * 11 + [None] * 11})
    refuse_small_groups(sound, ["gender"], 11)
    with pytest.raises(TiphubError, match="group of 10, fewer than 11: nothing was published"):
        refuse_small_groups(sound.slice(1), ["gender"], 11)


def test_no_share_in_the_loss_stands_for_fewer_than_k_people() -> None:
    codes = np.random.default_rng(2).integers(0, 3, (500, 5)).astype(np.int16)
    loss = protect(codes, k=11).loss
    step = loss["rounded_to"]
    assert step * len(codes) >= 11
    shares = [loss["records_kept"], loss["information_lost"]]
    shares += [share for cell in loss["cells"].values() for share in cell.values()]
    assert all(round(share / step, 6).is_integer() for share in shares)


def test_the_statement_says_what_is_not_protected_and_how_homogeneous_groups_are() -> None:
    codes = np.array([[1, 1, 2, 1, 1]] * 12 + [[3, 3, 1, 2, 1]] * 6 + [[3, 3, 2, 2, 2]] * 6, dtype=np.int16)
    statement = protect(codes, k=11).statement
    assert statement["parameters"] == {"k": 11, "quasi_identifiers": list(QUASI)}
    assert len(statement["does_not_protect_from"]) >= 4
    assert "11 records may be fewer than 11 people" in str(statement["does_not_protect_from"])
    assert statement["homogeneity"]["groups"] == 0.5
    assert statement["homogeneity"]["columns"] == {"debt": 0.5, "education": 0.5}
    assert "does NOT protect" in KAnonymity().argument


def test_codes_of_the_protected_records_can_be_read_back() -> None:
    codes = np.random.default_rng(3).integers(0, 3, (200, 5)).astype(np.int16)
    out = protect(codes, k=5)
    assert out.records.column_names == [item.name for item in COLUMNS]
    assert encode(out.records, COLUMNS).shape == (out.records.num_rows, 5)
