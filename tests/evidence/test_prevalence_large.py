"""Counts of any number of people that there can be, and tables that show every number whole."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tiphub.cli import app
from tiphub.errors import TiphubError
from tiphub.evidence.prevalence import Estimate, OverlapNoise, Overlaps, estimate, overlaps

RUNNER = CliRunner()
SIZES = [1, 100, 10_000, 1_000_000]


def independent(size: int, *, noisy: bool = False) -> Overlaps:
    """Three lists that each find a tenth of 5,000 people times ``size``, whatever the others find."""
    single, double, triple = 405 * size, 45 * size, 5 * size
    counts = dict.fromkeys("ABC", single) | dict.fromkeys(["A+B", "A+C", "B+C"], double) | {"A+B+C": triple}
    return overlaps(list("ABC"), counts, noisy=noisy)


def by_model(system: Overlaps, **options: object) -> dict[str, Estimate]:
    found = estimate(system, **{"replicates": 40, **options})  # type: ignore[arg-type]
    assert not found.refusals
    return {item.model: item for item in found.estimates}


@pytest.mark.parametrize("size", SIZES)
def test_every_model_finds_the_total_of_independent_lists_of_any_size(size: int) -> None:
    for item in by_model(independent(size)).values():
        assert item.total == pytest.approx(5_000 * size, rel=0.1 / size**0.5)
        assert item.high is not None
        assert item.low < 5_000 * size * (1 + 1e-3 / size**0.5)
        assert item.high > 5_000 * size * (1 - 1e-3 / size**0.5)
        assert 0.5 < (item.high - item.low) / (1_500 * size**0.5) < 2, "as wide as chance, not as the steps"


@pytest.mark.parametrize("size", [10_000, 1_000_000])
def test_the_average_under_noise_finds_it_too(size: int) -> None:
    found = by_model(independent(size, noisy=True), noise=OverlapNoise(5.0), models=["dga"])["dga"]
    assert found.total == pytest.approx(5_000 * size, rel=0.1 / size**0.5)


def test_the_average_is_refused_where_it_would_only_give_its_prior_back() -> None:
    counts = {"A": 10**9, "B": 10**9, "C": 10**9, "A+B": 30, "A+C": 4, "B+C": 200}
    found = estimate(overlaps(list("ABC"), counts), models=["dga"])
    assert not found.estimates
    assert "only give its prior back" in found.refusals[0].reason


def test_hardly_any_overlap_among_very_many_people_is_no_traceback() -> None:
    counts = {"A": 10**9, "B": 10**8, "C": 10**9, "D": 10**7, "A+B": 10**8, "C+D": 10**6, "B+C": 5}
    for item in estimate(overlaps(list("ABCD"), counts), replicates=20).estimates:
        assert item.low < float("inf")
        assert item.low >= sum(counts.values()) - 1
    sparse = {"A": 10**9, "B": 10**9, "C": 10**9, "A+B": 3, "A+C": 4, "B+C": 2}
    (found,) = estimate(overlaps(list("ABC"), sparse), models=["independence"]).estimates
    assert "More people than there are" in " ".join(found.notes)


@pytest.mark.parametrize(
    ("counts", "what"),
    [
        ({"A": 10**11, "B": 5, "A+B": 1}, "count of A is 100,000,000,000: there are not that many people"),
        ({"A": 6 * 10**9, "B": 6 * 10**9, "A+B": 1}, "sum of the counts is 12,000,000,001"),
        ({"A": 1e300, "B": 5, "A+B": 1}, "not that many people"),
        ({"A": float("inf"), "B": 5, "A+B": 1}, "no number of people"),
        ({"A": 2.5, "B": 5, "A+B": 1}, "no number of people"),
    ],
)
def test_more_people_than_there_are_is_refused(counts: dict[str, int], what: str) -> None:
    with pytest.raises(TiphubError, match=what):
        overlaps(["A", "B"], counts)


def test_a_hundred_thousand_may_be_written_with_an_exponent() -> None:
    text = json.loads('{"A": 1e5, "B": 2e5, "A+B": 1e3}')
    assert overlaps(["A", "B"], text).counts == (200_000, 100_000, 1_000)


@pytest.mark.parametrize(("size", "columns"), [(100, 80), (1_000_000, 80), (1_000_000, 40)])
def test_no_number_is_cut_in_the_table(tmp_path: Path, size: int, columns: int) -> None:
    system = independent(size)
    names = ("C", "B", "B+C", "A", "A+C", "A+B", "A+B+C")
    path = tmp_path / "lists.json"
    path.write_text(
        json.dumps({"lists": system.lists, "counts": dict(zip(names, system.counts, strict=True))})
    )
    models = ("--models", "independence,dga", "--replicates", "20")
    said = RUNNER.invoke(app, ["prevalence", str(path), *models], env={"COLUMNS": str(columns)}).stdout
    assert "…" not in said
    document = json.loads(RUNNER.invoke(app, ["prevalence", str(path), *models, "--format", "json"]).stdout)
    for item in document["lists"]["estimates"]:
        line = next(line for line in said.splitlines() if line.startswith(item["label"]))
        assert f"{item['total']:,.0f}" in line
        assert f"{item['low']:,.0f} to {item['high']:,.0f}" in line


def test_a_p_that_no_draw_reached_is_at_most_and_one_that_some_reached_is_not() -> None:
    wrong = {"A": 600, "B": 400, "C": 800, "A+B": 90, "A+C": 12, "B+C": 8, "A+B+C": 2}
    for counts, at_most in (
        (wrong, True),
        ({"A": 405, "B": 405, "C": 405, "A+B": 45, "A+C": 45, "B+C": 44}, False),
    ):
        found = estimate(overlaps(list("ABC"), counts), models=["independence"])
        fit = found.estimates[0].fit
        assert fit is not None
        assert fit.p is not None
        assert fit.p_at_most == (fit.p == pytest.approx(0.005)) == at_most


def test_the_table_says_at_most(tmp_path: Path) -> None:
    counts = {"A": 600, "B": 400, "C": 800, "A+B": 90, "A+C": 12, "B+C": 8, "A+B+C": 2}
    path = tmp_path / "lists.json"
    path.write_text(json.dumps({"lists": list("ABC"), "counts": counts}))
    said = RUNNER.invoke(app, ["prevalence", str(path), "--models", "independence"]).stdout
    assert re.search(r"independence .*<= 0\.005", said)


def test_pairs_that_share_people_are_told_in_good_grammar() -> None:
    with pytest.raises(TiphubError) as raised:
        estimate(overlaps(list("ABC"), {"A": 40, "B": 30, "C": 20, "A+B": 6}))
    assert "Only A+B shares people, and with a term for it the maximum" in str(raised.value)
    with pytest.raises(TiphubError) as raised:
        estimate(overlaps(list("ABC"), {"A+B": 4, "A+C": 5, "B+C": 6}))
    assert "The pairs A+B, A+C and B+C share people, and with a term for any one of them" in str(raised.value)
