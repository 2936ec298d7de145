"""A plausible release made of random numbers: for tests, and for building the portal without a pipeline.

python tests/release/sample.py FOLDER     # writes two releases into FOLDER
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tiphub.release import ModelTables
from tiphub.standard import Variable, load_standard, variable
from tiphub.vault.s6_publish import Contributor, Description, publish

K = 11
YEARS = (2015, 2025)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
QUASI_IDENTIFIERS = (
    "year_of_registration",
    "gender",
    "age_band",
    "majority_status",
    "citizenship",
    "country_of_exploitation",
)
CORRIDORS = (
    ("PHL", "SAU"),
    ("UKR", "POL"),
    ("MDA", "RUS"),
    ("IDN", "MYS"),
    ("MMR", "THA"),
    ("NGA", "ITA"),
    ("USA", "USA"),
)
DESCRIPTION = Description(
    title="Human trafficking cases (a sample made of random numbers)",
    organisation="Coalition of Examples",
    contact="data@example.org",
    licence="CC-BY-4.0",
    years=YEARS,
    languages=("en", "fr", "es", "ar"),
    homepage="https://example.org/data",
    agencies=(
        Contributor(
            name="Northern Assistance", description="Shelters in three countries.", licence="CC-BY-4.0"
        ),
        Contributor(name="Hotline South"),
    ),
)
ARGUMENT = "# Why it holds\n\nEvery group over the quasi-identifiers has at least 11 people, counted again.\n"
EVALUATION = {"method": "k_anonymity", "errors_of_counts": []}


@dataclass(frozen=True)
class Content:
    """What a protection method hands on."""

    records: pa.Table
    counts: pa.Table
    statement: Mapping[str, Any]
    loss: Mapping[str, Any]
    models: ModelTables | None = None


def variables() -> tuple[Variable, ...]:
    """The published columns of the standard with their domains."""
    standard = load_standard()
    return tuple(variable(standard, name, years=YEARS) for name in standard.published)


def content(people: int = 5_000, seed: int = 1) -> Content:
    """Random people over the standard's domains, made 11-anonymous by unknowing the rare."""
    random = np.random.default_rng(seed)
    records = pa.table({name: pa.array(cells, pa.string()) for name, cells in _cells(people, random).items()})
    for step in (
        ["age_band"],
        ["year_of_registration"],
        ["citizenship", "country_of_exploitation"],
        QUASI_IDENTIFIERS,
    ):
        records = _unknow(records, tuple(step))
    records = records.filter(pc.invert(_in_small_groups(records)))
    return Content(
        records=records,
        counts=counted(records),
        statement={
            "method": "k_anonymity",
            "parameters": {"k": K},
            "unit": "one person's record",
            "protects_from": ["being found by what one knows of a person's year, gender, age and countries"],
            "does_not_protect_from": [
                "somebody who knows that a person is in the data and shares all of a group"
            ],
        },
        loss={"records_kept": 1.0, "information_lost": 0.1},
    )


def _cells(people: int, random: np.random.Generator) -> dict[str, list[str | None]]:
    standard = load_standard()
    corridors = random.choice(len(CORRIDORS), people, p=[0.3, 0.2, 0.15, 0.12, 0.1, 0.08, 0.05])
    bands = random.choice(
        ["0_8", "9_17", "18_20", "21_23", "24_26", "27_29", "30_38", "39_47", "48_plus"], people
    )
    cells: dict[str, list[str | None]] = {}
    for item in variables():
        if item.name == "citizenship":
            cells[item.name] = [CORRIDORS[c][0] for c in corridors]
        elif item.name == "country_of_exploitation":
            cells[item.name] = [CORRIDORS[c][1] for c in corridors]
        elif item.name == "age_band":
            cells[item.name] = [str(band) for band in bands]
        elif item.name == "majority_status":
            cells[item.name] = ["child" if band in {"0_8", "9_17"} else "adult" for band in bands]
        elif item.name == "gender":
            cells[item.name] = _draw(random, ["woman", "man"], [0.7, 0.25], people)
        elif item.name == "year_of_registration":
            cells[item.name] = _draw(random, ["2019", "2022", "2023", "2024"], [0.1, 0.2, 0.3, 0.4], people)
        elif item.values == ("no", "yes"):
            yes = random.uniform(0.05, 0.35)
            cells[item.name] = _draw(random, ["yes", "no"], [yes, 0.8 - yes], people)
        else:
            leaves = [value for value in item.values if value not in item.broader]
            cells[item.name] = _draw(random, leaves, [0.9 / len(leaves)] * len(leaves), people)
    assert tuple(cells) == tuple(name for name in standard.published)
    return cells


def _draw(
    random: np.random.Generator, values: list[str], shares: list[float], people: int
) -> list[str | None]:
    drawn = random.choice(len(values) + 1, people, p=[*shares, max(0.0, 1 - sum(shares))])
    return [None if place == len(values) else values[place] for place in drawn]


def _unknow(records: pa.Table, given_up: tuple[str, ...]) -> pa.Table:
    """Make columns unknown for the people of groups under k."""
    small = _in_small_groups(records)
    nothing = pa.scalar(None, pa.string())
    for name in given_up:
        place = records.column_names.index(name)
        records = records.set_column(place, name, pc.if_else(small, nothing, records.column(name)))
    return records


def _in_small_groups(records: pa.Table) -> pa.Array:
    groups = records.group_by(list(QUASI_IDENTIFIERS)).aggregate([([], "count_all")])
    return pc.is_in(_key(records), value_set=_key(groups.filter(pc.less(groups.column("count_all"), K))))


def _key(table: pa.Table) -> pa.Array:
    cells = [pc.fill_null(table.column(name), "?") for name in QUASI_IDENTIFIERS]
    return pc.binary_join_element_wise(*cells, "|").combine_chunks()


def counted(records: pa.Table) -> pa.Table:
    """The total, and all one- and two-way counts of at least k, flags only where yes."""
    flags = {item.name for item in variables() if item.values == ("no", "yes")}
    rows = [("", "", records.num_rows)]
    for width in (1, 2):
        for names in combinations(records.column_names, width):
            groups = records.select(list(names)).group_by(list(names)).aggregate([([], "count_all")])
            for row in groups.to_pylist():
                shown = row["count_all"] >= K and all(row[name] == "yes" for name in names if name in flags)
                if shown:
                    rows.append(
                        ("|".join(names), "|".join(row[name] or "" for name in names), row["count_all"])
                    )
    fields, values, counts = zip(*rows, strict=True)
    nothing = pa.nulls(len(rows), pa.float64())
    return pa.table(
        {
            "fields": pa.array(fields),
            "values": pa.array(values),
            "count": pa.array(counts, pa.int64()),
            "std": nothing,
            "low": nothing,
            "high": nothing,
        }
    )


def publish_sample(
    releases: Path, *, day: date = date(2026, 11, 21), given: Content | None = None, **changes: Any
) -> Path:
    """Write a release of random numbers signed with a throw-away key; gives its folder."""
    parts: dict[str, Any] = {
        "variables": variables(),
        "quasi_identifiers": QUASI_IDENTIFIERS,
        "smallest_count": K,
        "argument": ARGUMENT,
        "evaluation": EVALUATION,
        "description": DESCRIPTION,
        "standard": load_standard(),
        "key": KEY,
        "published": {},
    }
    return publish(given or content(), releases=releases, day=day, **(parts | changes))


if __name__ == "__main__":
    target = Path(sys.argv[1])
    first = publish_sample(target, day=date(2026, 6, 1), given=content(4_000, seed=2))
    second = publish_sample(target, description=replace(DESCRIPTION, languages=("en",)))
    print(first, second, sep="\n")
