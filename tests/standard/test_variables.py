"""Columns as small integers over their public domain, and back."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiphub.standard import Variable, decode, encode, load_standard, variable

STANDARD = load_standard()
YEARS = (2010, 2024)
VARIABLES = tuple(variable(STANDARD, name, years=YEARS) for name in STANDARD.published)


def test_every_published_column_has_a_domain() -> None:
    for item in VARIABLES:
        assert item.values
        assert item.cardinality == len(item.values) + 1
        assert len(item.broader) == len(item.values)
        assert {above for above in item.broader if above is not None} <= set(item.values)


def test_what_has_no_domain_is_no_variable() -> None:
    for name in ("given_name", "birth_date"):
        with pytest.raises(ValueError, match="no domain"):
            variable(STANDARD, name, years=YEARS)


def test_a_year_has_the_declared_domain_and_another_number_the_standards() -> None:
    assert variable(STANDARD, "year_of_registration", years=(2019, 2021)).values == ("2019", "2020", "2021")
    assert variable(STANDARD, "age", years=(2019, 2021)).values == tuple(str(age) for age in range(121))


@st.composite
def tables(draw: st.DrawFn) -> pa.Table:
    rows = draw(st.integers(0, 12))
    some = draw(
        st.lists(st.sampled_from(VARIABLES), min_size=1, max_size=6, unique_by=lambda item: item.name)
    )
    return some, pa.table(
        {
            item.name: pa.array(
                draw(st.lists(st.none() | st.sampled_from(item.values), min_size=rows, max_size=rows)),
                pa.string(),
            )
            for item in some
        }
    )


@settings(deadline=None)
@given(tables())
def test_decoding_gives_back_what_was_encoded(drawn: tuple[list[Variable], pa.Table]) -> None:
    variables, table = drawn
    codes = encode(table, variables)
    assert codes.shape == (table.num_rows, len(variables))
    assert codes.dtype == np.int16
    assert ((codes >= 0) & (codes < [item.cardinality for item in variables])).all()
    assert decode(codes, variables).equals(table)


@settings(deadline=None)
@given(st.data())
def test_encoding_gives_back_what_was_decoded(data: st.DataObject) -> None:
    some = data.draw(
        st.lists(st.sampled_from(VARIABLES), min_size=1, max_size=6, unique_by=lambda item: item.name)
    )
    rows = data.draw(
        st.lists(st.tuples(*(st.integers(0, item.cardinality - 1) for item in some)), max_size=12)
    )
    codes = np.array(rows, np.int16).reshape(len(rows), len(some))
    assert (encode(decode(codes, some), some) == codes).all()


def test_flags_and_years_are_taken_as_the_engine_has_them() -> None:
    some = [variable(STANDARD, name, years=YEARS) for name in ("abduction", "year_of_registration")]
    batch = pa.record_batch(
        {
            "abduction": pa.array([True, False, None]),
            "year_of_registration": pa.array([2010, None, 2024], pa.int64()),
        }
    )
    assert encode(batch, some).tolist() == [[2, 1], [1, 0], [0, 15]]


def test_dictionary_encoded_columns_are_taken() -> None:
    gender = variable(STANDARD, "gender", years=YEARS)
    table = pa.table({"gender": pa.array(["man", None, "woman"]).dictionary_encode()})
    assert encode(table, [gender]).tolist() == [[2], [0], [1]]


@pytest.mark.parametrize(
    ("name", "value"), [("gender", "person"), ("year_of_registration", "2009"), ("abduction", "1")]
)
def test_a_value_outside_the_domain_is_refused(name: str, value: str) -> None:
    item = variable(STANDARD, name, years=YEARS)
    with pytest.raises(ValueError, match=f"{name} holds a value outside its domain"):
        encode(pa.table({name: [value, None]}), [item])
