"""Models that a hub declares: what they may be, and the tables that they are counted in."""

from collections import Counter

import pytest

from evidence.people import RISK, STANDARD, TRUTH, table
from tiphub.errors import TiphubError
from tiphub.evidence.models import CountryValues, DeclaredModel, declare_model
from tiphub.evidence.models.declared import Pair
from tiphub.evidence.models.design import Floats
from tiphub.release.model_tables import cells_of
from tiphub.simulate import simulate_population
from tiphub.standard import flag_name

CARRIED = [name for name in STANDARD.published if name != "abduction"]
FINE = CountryValues(
    {code.code: number / 7 for number, code in enumerate(STANDARD.code_lists["country"].codes)}, ""
)
MANY = [name for name in CARRIED if STANDARD.columns[name].kind == "flag"][:13]


def declared(*on: str, outcome: str = "child", **options: object) -> DeclaredModel:
    return declare_model(STANDARD, outcome=outcome, on=on, carried=CARRIED, **options)  # type: ignore[arg-type]


def counted(model: DeclaredModel, columns: dict[str, list[object]]) -> dict[Pair, Floats]:
    with table(columns) as people:
        return model.count(people, STANDARD)


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"on": [], "outcome": "child"}, "at least one covariate"),
        ({"on": ["gender"], "outcome": "chid"}, "Did you mean child"),
        ({"on": ["gendre"], "outcome": "child"}, "Did you mean gender"),
        ({"on": ["gender", "gender"], "outcome": "child"}, "gender stands twice"),
        ({"on": ["abduction"], "outcome": "child"}, "does not carry abduction"),
        ({"on": ["age_band"], "outcome": "child"}, "made from age_band"),
        ({"on": ["citizenship"], "outcome": "international"}, "made from citizenship"),
        ({"on": ["year_of_registration"], "outcome": "child"}, "needs categories"),
        ({"on": ["climate_risk"], "outcome": "child"}, "Give its values by country"),
        ({"on": ["labour_sector"], "outcome": "child"}, "group of several answers"),
        ({"on": ["gender"], "outcome": "child", "among": {"gender": "person"}}, "has no value person"),
        ({"on": ["gender"], "outcome": "child", "covariates": {"risk": RISK}}, "does not stand among"),
        ({"on": ["gender"], "outcome": "child", "covariates": {"gender": RISK}}, "cannot be called"),
        ({"on": ["Risk|1"], "outcome": "child", "covariates": {"Risk|1": RISK}}, "cannot be called"),
        ({"on": ["citizenship"], "outcome": "child"}, "Use income_level"),
        ({"on": ["risk"], "outcome": "child", "covariates": {"risk": FINE}}, "Round the values by country"),
        ({"on": MANY, "outcome": "child"}, r"8,192 combinations \(.*Leave one out"),
    ],
)
def test_what_cannot_be_declared_is_refused_with_the_reason(options: dict[str, object], what: str) -> None:
    with pytest.raises(TiphubError, match=what) as refused:
        declare_model(STANDARD, **({"carried": CARRIED} | options))  # type: ignore[arg-type]
    assert "\n" not in str(refused.value)


def test_the_cells_follow_from_public_knowledge_and_are_all_named_once() -> None:
    model = declared("education", "income_level", "climate_risk", covariates={"climate_risk": RISK})
    assert [side.name for side in model.axes] == ["child", "education", "income_level+climate_risk"]
    cells = list(cells_of([model.as_json()]))
    assert len(cells) == len(set(cells)) == sum(a * b for a, b in map(model.shape.shape, model.shape.pairs))
    assert {values.split("|")[1] for _, fields, values in cells if fields.startswith("child|income")} <= {
        f"{level}+{origin.climate:g}"
        for level in ("High", "Upper middle", "Lower middle", "Low")
        for origin in TRUTH.origins.values()
    }


def test_facts_of_a_country_take_its_place_before_anything_is_counted() -> None:
    """Nepal and Bangladesh are one group here: lower middle income, and a risk of 6."""
    risk = CountryValues({"NPL": 6.0, "BGD": 6.0, "FRA": 2.0}, "made up")
    model = declared("income_level", "risk", covariates={"risk": risk})
    columns: dict[str, list[object]] = {
        "citizenship": ["NPL", "BGD", "FRA", "UKR", None],
        "majority_status": ["child", "child", "adult", "child", "child"],
    }
    found = counted(model, columns)[0, 1]
    values = model.axes[1].values
    assert found[0, values.index("Lower middle+6")] == 2
    assert found[1, values.index("High+2")] == 1
    assert found.sum() == 3, "Ukraine has no risk and None no country: both are left out"


def test_an_option_of_a_group_follows_the_denominator_rule() -> None:
    mining, begging = flag_name("labour_sector", "mining"), flag_name("labour_sector", "begging")
    model = declared(mining)
    found = counted(
        model,
        {
            mining: [True, None, None, False],
            begging: [None, True, None, None],
            "majority_status": ["child", "child", "child", "adult"],
        },
    )
    assert found[0, 1].tolist() == [[1, 1], [0, 0]], "begging alone makes mining a no; nothing set is unknown"


def test_only_the_people_it_is_of_are_counted() -> None:
    model = declared("gender", outcome="international", among={"majority_status": "Child"})
    found = counted(
        model,
        {
            "citizenship": ["NPL", "NPL", "NPL", "m49_034"],
            "country_of_exploitation": ["IND", "NPL", "IND", "IND"],
            "majority_status": ["child", "child", "adult", "child"],
            "gender": ["woman", "man", "woman", "woman"],
        },
    )
    assert dict(zip(model.axes[1].values, found[0, 1].T.tolist(), strict=True)) == {
        "woman": [1, 0],
        "man": [0, 1],
        "trans_nonconforming": [0, 0],
    }


def test_adding_one_person_changes_one_cell_of_each_table_by_one_or_none() -> None:
    model = declared("education", "income_level", "gender")
    people = simulate_population(60, seed=3).people.to_pydict()
    people["education"][::4] = [None] * len(people["education"][::4])
    whole = counted(model, people)
    changes: Counter[tuple[float, ...]] = Counter()
    for left_out in range(20):
        fewer = counted(
            model, {name: cells[:left_out] + cells[left_out + 1 :] for name, cells in people.items()}
        )
        changed = [abs(whole[pair] - fewer[pair]) for pair in model.shape.pairs]
        changes[tuple(float(item.sum()) for item in changed)] += 1
        assert all(item.max() <= 1 for item in changed)
    assert set(changes) == {(0.0,) * 6, (1.0,) * 6}
