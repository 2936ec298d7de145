"""The gate: nothing noisy leaves unbooked, and no figure leaves that is not listed and rounded."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from release.sample import Content, content, publish_sample
from tiphub.errors import TiphubError
from tiphub.release import ModelTables, open_release
from tiphub.release.model_tables import MODEL_TABLES, cells_of
from tiphub.vault.ledger import Booking

DAY = date(2026, 11, 21)
BOOKING = Booking(3, "ab" * 32, "differential_privacy", Fraction(1, 3), DAY.isoformat(), 4.2, 1e-6)


@pytest.fixture(scope="module")
def exact() -> Content:
    return content(400)


@pytest.fixture(scope="module")
def noisy(exact: Content) -> Content:
    rows = exact.counts.num_rows
    numbers = {name: pa.array([value] * rows) for name, value in (("std", 1.0), ("low", 0.0), ("high", 1e9))}
    counts = pa.table({name: exact.counts.column(name) for name in ("fields", "values", "count")} | numbers)
    statement = {
        **exact.statement,
        "method": "differential_privacy",
        "parameters": {"rho": "1/3", "delta": 1e-6, "epsilon": 4.2},
    }
    loss = {"noise": {"1_way": {"tables": 9, "least_std": 1.25, "mean_std": 2.5, "largest_std": 3.75}}}
    return replace(exact, counts=counts, statement=statement, loss=loss)


def publish(given: Content, releases: Path, **changes: Any) -> Path:
    defaults: dict[str, Any] = {"smallest_count": None, "evaluation": {}, "day": DAY}
    return publish_sample(releases, given=given, **(defaults | changes))


def model_tables(std: float) -> ModelTables:
    """One table of one model, its noise as given."""
    sides = [{"name": "child", "values": ["yes", "no"]}, {"name": "gender", "values": ["woman", "man"]}]
    cells = list(zip(*cells_of([{"axes": sides}]), strict=True))
    table = pa.table([*map(pa.array, cells), [7, -2, 9, 30], [std] * 4], schema=MODEL_TABLES)
    said = {"outcome": "child", "question": "being a child", "on": [], "among": {}, "country_values": {}}
    return ModelTables(({**said, "axes": sides},), table)


def test_tables_of_models_leave_only_booked_and_with_their_noise(
    exact: Content, noisy: Content, tmp_path: Path
) -> None:
    with pytest.raises(TiphubError, match="has not booked it"):
        publish(replace(exact, models=model_tables(2.5)), tmp_path, smallest_count=11)
    with pytest.raises(TiphubError, match="does not say its noise"):
        publish(replace(noisy, models=model_tables(0.0)), tmp_path, booking=BOOKING)
    assert list(tmp_path.iterdir()) == []
    release = publish(replace(noisy, models=model_tables(2.5)), tmp_path, booking=BOOKING)
    assert (release / "models.csv").read_text("utf-8").splitlines()[1:3] == [
        "1,child|gender,yes|woman,7,2.5",
        "1,child|gender,yes|man,-2,2.5",
    ]
    assert "Odds of being a child" in (release / "codebook.html").read_text("utf-8")


def test_a_booked_spend_is_published_and_named(noisy: Content, tmp_path: Path) -> None:
    release = open_release(publish(noisy, tmp_path, booking=BOOKING))
    assert release.package["tiphub"]["ledger"] == {"entry": 3, "sha256": "ab" * 32}


@pytest.mark.parametrize(
    ("booking", "expected"),
    [
        (None, "has not booked it"),
        (
            replace(BOOKING, rho=Fraction(333_333, 10**6)),
            "spent rho 1/3, and the ledger booked 333333/1000000",
        ),
        (replace(BOOKING, rho=Fraction(2, 3)), "the ledger booked 2/3"),
        (replace(BOOKING, method="another"), "booked another for version"),
        (replace(BOOKING, version="2026-11-20"), "for version 2026-11-20"),
    ],
)
def test_a_spend_that_is_not_booked_exactly_is_refused(
    noisy: Content, tmp_path: Path, booking: Booking | None, expected: str
) -> None:
    with pytest.raises(TiphubError, match=expected):
        publish(noisy, tmp_path, booking=booking)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("said", [{"epsilon": 0.5}, {"epsilon": 4.1}, {"epsilon": 4.3}, {"delta": 1e-9}])
def test_a_statement_promises_what_the_ledger_booked(
    noisy: Content, tmp_path: Path, said: Mapping[str, float]
) -> None:
    statement = {**noisy.statement, "parameters": {**noisy.statement["parameters"], **said}}
    with pytest.raises(TiphubError, match=r"ledger booked 4\.2 at 1e-06"):
        publish(replace(noisy, statement=statement), tmp_path, booking=BOOKING)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [("count", None, "the counts"), ("std", 0.0, "a standard deviation above 0")],
)
def test_noisy_counts_are_those_of_the_records_and_say_their_noise(
    noisy: Content, tmp_path: Path, column: str, value: float | None, expected: str
) -> None:
    given = noisy.counts.column(column).to_pylist()
    changed = [given[0], given[1] + 5, *given[2:]] if value is None else [value] * len(given)
    place = noisy.counts.column_names.index(column)
    counts = noisy.counts.set_column(place, column, pa.array(changed))
    with pytest.raises(TiphubError, match=expected):
        publish(replace(noisy, counts=counts), tmp_path, booking=BOOKING)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("parameters", [{"delta": 1e-6}, {"epsilon": 4.0}, {"rho": "1/3"}])
def test_noise_shows_even_where_the_statement_is_silent(
    noisy: Content, tmp_path: Path, parameters: Mapping[str, Any]
) -> None:
    silent = replace(noisy, statement={**noisy.statement, "parameters": parameters})
    with pytest.raises(TiphubError, match="has not booked it"):
        publish(silent, tmp_path)


def test_repeatable_noise_is_never_published(noisy: Content, tmp_path: Path) -> None:
    parameters = {**noisy.statement["parameters"], "private": False}
    with pytest.raises(TiphubError, match="protect nobody"):
        publish(
            replace(noisy, statement={**noisy.statement, "parameters": parameters}), tmp_path, booking=BOOKING
        )


@pytest.mark.parametrize(
    ("evaluation", "expected"),
    [
        ({"people": 1234}, "not on the list of those that may be published: 'people'"),
        ({"loss": {"people": 1}}, "'loss.people'"),
        ({"loss": {"cells": {"gender": {"exact": 0.5, "count": 3}}}}, "'loss.cells.gender.count'"),
        ({"loss": {"cells": {"gender": {"exact": 0.123456}}}}, "'loss.cells.gender.exact' is not rounded"),
        ({"loss": {"records_kept": 1.5}}, "'loss.records_kept' is not rounded"),
        ({"homogeneity": {"groups": 0.1234567}}, "is not rounded"),
        ({"errors_of_counts": [{"mean_absolute_error": 1.234}]}, "is not rounded"),
        ({"errors_of_counts": [{"cells": 7}]}, "'errors_of_counts.cells'"),
        ({"errors_of_counts": {"cells": 7}}, "'errors_of_counts'"),
        ({"bounds_of_counts": [{"mean_half_width": 12.34}]}, "is not rounded"),
        ({"bounds_of_counts": [{"cells": 7}]}, "'bounds_of_counts.cells'"),
        ({"tvd": 0.01}, "'tvd'"),
        ({"accuracy": [{"k": 1, "mae": 1.2}]}, "'accuracy'"),
        ({"findings": {"asked": 10, "same": 9}}, "'findings'"),
        ({"conclusions": {}}, "'conclusions'"),
        ({"rehearsal": {"attacks": []}}, "'rehearsal'"),
        ({"homogeneity": 7}, "'homogeneity'"),
        ({"loss": {"records_kept": float("nan")}}, "is not rounded"),
        ({"loss": {"records_kept": True}}, "is not rounded"),
        ({"method": {"worst": [1, 2]}}, "'method' is not rounded"),
    ],
)
def test_a_figure_that_is_not_listed_or_not_rounded_is_refused(
    exact: Content, tmp_path: Path, evaluation: Mapping[str, Any], expected: str
) -> None:
    with pytest.raises(TiphubError, match=expected):
        publish(exact, tmp_path, evaluation=evaluation, smallest_count=11)
    assert list(tmp_path.iterdir()) == []


def test_no_figure_leaves_that_the_budget_did_not_pay_for(noisy: Content, tmp_path: Path) -> None:
    errors = {"errors_of_counts": [{"columns": 1, "mean_absolute_error": 1.2}]}
    with pytest.raises(TiphubError, match="no privacy budget paid for: errors_of_counts"):
        publish(noisy, tmp_path, evaluation=errors, booking=BOOKING)


def test_what_follows_from_the_published_counts_may_leave_unpaid(noisy: Content, tmp_path: Path) -> None:
    widths = {"columns": 2, "count_at_least": 11, "count_at_most": 99, "mean_half_width": 12.0}
    evaluation = {"bounds_of_counts": [widths | {"mean_relative_half_width": 0.35}]}
    release = open_release(publish(noisy, tmp_path, evaluation=evaluation, booking=BOOKING))
    assert release.evaluation["bounds_of_counts"] == evaluation["bounds_of_counts"]


def test_releases_of_one_method_need_no_signature(exact: Content, noisy: Content, tmp_path: Path) -> None:
    publish(exact, tmp_path, smallest_count=11)
    assert "beside" not in open_release(publish(exact, tmp_path, smallest_count=11)).statement
    third = replace(BOOKING, version="2026-11-21.3")
    with pytest.raises(TiphubError, match=r"Version 2026-11-21 \(and 1 more\) was protected by k_anonymity"):
        publish(noisy, tmp_path, booking=third)
    mixed = open_release(publish(noisy, tmp_path, booking=third, signed_mixed="Ada Example, officer"))
    assert mixed.statement["beside"]["versions"] == ["2026-11-21", "2026-11-21.2"]
    assert "Ada Example, officer" in (mixed.path / "NOTES.md").read_text("utf-8")
