"""``tiphub prevalence`` and its picture, as a user meets them."""

import json
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import altair as alt
import pytest

from tiphub.charts import Frame, svg
from tiphub.charts.prevalence import Model, prevalence
from tiphub.cli import main

SMALL = {
    "lists": ["police", "shelter", "hotline"],
    "counts": {
        "police": 60,
        "shelter": 40,
        "hotline": 80,
        "police+shelter": 9,
        "police+hotline": 12,
        "shelter+hotline": 8,
        "police+shelter+hotline": 2,
    },
    "published": [400, 900],
}
FRAME = Frame("People", "A sentence.", "A note.")


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Done]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command line in this process, ended as a user sees it end."""

    def command(*arguments: str | Path) -> Done:
        monkeypatch.setattr(sys, "argv", ["tiphub", "prevalence", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        return Done(int(ended.value.code or 0), told.out, told.err)

    return command


@pytest.fixture
def lists_file(tmp_path: Path) -> Path:
    path = tmp_path / "lists.json"
    path.write_text(json.dumps({"_note": "invented", "city": SMALL}))
    return path


def test_the_table_shows_every_model_its_fit_and_the_disagreement(run: Run, lists_file: Path) -> None:
    done = run(lists_file, "--replicates", "20")
    assert done.returncode == 0, done.stderr
    words = " ".join(done.stdout.split())
    for part in ("city: 211 people on at least one list", "independence", "stepwise AIC", "graph averaging"):
        assert part in words
    assert "agree within 0%" not in words
    assert "The models agree within" in words or "The models disagree by" in words
    assert "Published range, for comparison: 400 to 900." in words
    assert "Every model assumes" in words


def test_json_carries_the_same_and_a_chart_is_written(run: Run, lists_file: Path, tmp_path: Path) -> None:
    chart = tmp_path / "city.svg"
    done = run(lists_file, "--models", "independence, dga", "--format", "json", "--chart", chart)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["city"]
    assert [item["model"] for item in found["estimates"]] == ["independence", "dga"]
    assert found["observed"] == 211
    drawn = " ".join(item.text or "" for item in ET.fromstring(chart.read_text()).iter())
    for part in ("independence", "graph averaging", "211 seen", "published: 400 to 900"):
        assert part in drawn


def test_a_refused_entry_ends_with_an_error_after_the_others_are_shown(run: Run, tmp_path: Path) -> None:
    sparse = {"lists": ["A", "B", "C"], "counts": {"A": 40, "B": 30, "C": 20, "A+B": 6}}
    path = tmp_path / "lists.json"
    path.write_text(json.dumps({"sparse": sparse, "city": SMALL}))
    done = run(path, "--models", "independence", "--format", "json")
    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert "estimates" in found["city"]
    assert "cannot be told" in found["sparse"]["refused"]
    assert "Only A+B shares people" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--entry", "town"], "no entry town"),
        (["--models", "magic"], "no model magic"),
        (["--pair", "police+fire"], "no pair of these lists"),
        (["--chart", "city.pdf"], "is no picture"),
        (["--chart", "nowhere/city.svg"], "no such folder"),
        (["--noise", "-3"], "Noise of size"),
        (["--noise", "2"], ""),
        (["--replicates", "1"], "make no interval"),
    ],
)
def test_what_cannot_be_done_is_said_without_a_traceback(
    run: Run, lists_file: Path, arguments: list[str], said: str
) -> None:
    done = run(lists_file, *arguments, *([] if "--models" in arguments else ["--models", "independence"]))
    assert "Traceback" not in done.stderr
    assert done.returncode == (1 if said else 0)
    assert said in " ".join(done.stderr.split())


def words(models: list[Model], published: tuple[float, float] | None = None) -> str:
    spec = prevalence(models, 200, FRAME, published)
    alt.Chart.from_dict(dict(spec), validate=True)
    return " ".join(item.text or "" for item in ET.fromstring(svg(spec)).iter())


def test_the_picture_says_every_number_and_marks_the_people_seen() -> None:
    said = words(
        [Model("one", "827 (725 to 964)", 827, 725, 964), Model("two", "no estimate", None)], (500, 900)
    )
    for part in (
        "one",
        "827 (725 to 964)",
        "two",
        "no estimate",
        "200 seen",
        "published: 500 to 900",
        "A note.",
    ):
        assert part in said


def test_an_interval_without_an_end_runs_to_the_edge() -> None:
    models = [Model("open", "900 (500 or more)", 900, 500, None), Model("closed", "x", 900, 500, 2000)]
    spec = json.dumps(prevalence(models, 200, FRAME))
    assert '"open": true' in spec
    assert "triangle-right" in spec
    assert "open" in words(models)


@pytest.mark.parametrize("high", [250.0, 3_000.0, 80_000.0, 5_000_000.0])
def test_the_axis_has_a_few_round_numbers_at_any_size(high: float) -> None:
    spec = prevalence([Model("one", "x", 220, 210, high)], 200, FRAME)
    marks = list(axis_values(spec))
    assert marks
    assert all(1 <= len(values) <= 8 for values in marks)


def axis_values(part: Any) -> Iterator[list[float]]:
    """Where the axes of a spec have their marks."""
    if isinstance(part, list):
        for item in part:
            yield from axis_values(item)
    elif isinstance(part, dict):
        if isinstance(part.get("axis"), dict) and "values" in part["axis"]:
            yield part["axis"]["values"]
        for item in part.values():
            yield from axis_values(item)


def test_nothing_to_draw_is_drawn_as_nothing() -> None:
    assert "200 seen" in words([])
