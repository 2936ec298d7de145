"""Counts of who answered a group at all: in the counts alone, described by the codebook, checked."""

import json
from datetime import date
from fractions import Fraction
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from release.sample import Content, content, publish_sample
from tiphub.errors import TiphubError
from tiphub.release import check, open_release
from tiphub.standard.own import OWN
from tiphub.vault.ledger import Booking

STD = 9.0
DAY = date(2026, 11, 21)
BOOKING = Booking(3, "ab" * 32, "differential_privacy", Fraction(1, 3), DAY.isoformat(), 4.2, 1e-6)


def with_answered(name: str, *, std: float | None = STD) -> pa.Table:
    """The counts of a sample with noise, and two of a column that its records do not have."""
    counts = content(2_000).counts
    size = counts.column("count").to_numpy().astype(float)
    for column, values in {"std": np.full(size.size, STD), "low": size - 18, "high": size + 18}.items():
        place = counts.column_names.index(column)
        counts = counts.set_column(place, column, pa.array(np.maximum(values, 0)))
    bounds = {"low": None, "high": None} if std is None else {"low": 682.0, "high": 718.0}
    more = [
        {"fields": fields, "values": values, "count": 700, "std": std, **bounds}
        for fields, values in ((name, "yes"), (f"gender|{name}", "woman|"))
    ]
    return pa.concat_tables([counts, pa.Table.from_pylist(more).cast(counts.schema)])


def publish(counts: pa.Table, releases: Path) -> Path:
    plain = content(2_000)
    parameters = {"rho": "1/3", "delta": 1e-6, "epsilon": 4.2}
    statement = {**plain.statement, "method": "differential_privacy", "parameters": parameters}
    given = Content(plain.records, counts, statement, {})
    return publish_sample(releases, day=DAY, given=given, smallest_count=None, evaluation={}, booking=BOOKING)


def test_a_release_may_count_who_answered_and_says_what_that_is(tmp_path: Path) -> None:
    path = publish(with_answered("means_of_control:answered"), tmp_path)
    assert check(path) == []
    groups = json.loads((path / "codebook.json").read_text("utf-8"))["groups"]
    assert {group["name"]: group["answered"] for group in groups if group["answered"]} == {
        "means_of_control": "means_of_control:answered"
    }
    assert "`means_of_control:answered`" in (path / "README.md").read_text("utf-8")
    assert "Any of these" in (path / "codebook.html").read_text("utf-8")
    assert all(":" not in name for name in open_release(path).columns)


def test_a_release_may_count_who_was_exploited_at_home_and_says_what_that_is(tmp_path: Path) -> None:
    path = publish(with_answered(OWN), tmp_path)
    assert check(path) == []
    assert json.loads((path / "codebook.json").read_text("utf-8"))["own_country"] == OWN
    assert f"`{OWN}`" in (path / "README.md").read_text("utf-8")


def test_a_release_without_says_nothing_of_it(tmp_path: Path) -> None:
    path = publish_sample(tmp_path, given=content(2_000))
    assert ":answered" not in (path / "README.md").read_text("utf-8")
    assert ":answered" not in (path / "codebook.html").read_text("utf-8")


def test_counts_of_a_column_that_nobody_describes_are_refused(tmp_path: Path) -> None:
    for counts in (with_answered("hair:answered"), with_answered("means_of_control:answered", std=None)):
        with pytest.raises(TiphubError, match="fails its own check"):
            publish(counts, tmp_path)
