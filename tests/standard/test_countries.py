"""Countries are recognised by the names that agencies write, and never guessed."""

import gzip
import hashlib
from importlib.resources import files
from pathlib import Path

import openpyxl
import pyarrow.csv as pv
import pytest
import yaml

from tiphub.standard import Code, load_standard, normalise

LIST = load_standard().code_lists["country"]
COUNTRIES = [code for code in LIST.codes if (code.extra or {})["level"] == "country"]
BY_ALPHA2 = {(code.extra or {})["alpha2"]: code for code in COUNTRIES}
NAMES = Path(__file__).resolve().parents[2] / "tools" / "country_names.yml"


def found(name: str) -> str | None:
    code: Code | None = LIST.by_name.get(normalise(name)) or BY_ALPHA2.get(name)
    return code.code if code else None


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Moldova", "MDA"),
        ("Republic of Moldova", "MDA"),
        ("MOLDOVA, Republic of", "MDA"),
        ("Ivory Coast", "CIV"),
        ("Côte d'Ivoire", "CIV"),
        ("Cote d’Ivoire", "CIV"),
        ("Costa do Marfim", "CIV"),
        ("Burma", "MMR"),
        ("Holland", "NLD"),
        ("Países Baixos", "NLD"),
        ("USA", "USA"),
        ("U.S.A.", "USA"),
        ("EE. UU.", "USA"),
        ("UK", "GBR"),
        ("United Kingdom", "GBR"),
        ("DR Congo", "COD"),
        ("RDC", "COD"),
        ("Zaïre", "COD"),
        ("Congo-Brazzaville", "COG"),
        ("Filipinas", "PHL"),
        ("Ucrânia", "UKR"),
        ("Ucrania", "UKR"),
        ("Украина", "UKR"),
        ("أوكرانيا", "UKR"),
        ("乌克兰", "UKR"),
        ("Guinea", "GIN"),
        ("Guinea-Bissau", "GNB"),
        ("Guiné-Bissau", "GNB"),
        ("Equatorial Guinea", "GNQ"),
        ("Papua New Guinea", "PNG"),
        ("Niger", "NER"),
        ("Nigeria", "NGA"),
        ("Dominica", "DMA"),
        ("República Dominicana", "DOM"),
        ("South Korea", "KOR"),
        ("Korea, Democratic People's Republic of", "PRK"),
        ("Samoa", "WSM"),
        ("American Samoa", "ASM"),
        ("Kosovo", "XKX"),
        ("Taiwan", "TWN"),
        ("Palestine", "PSE"),
        ("Hong Kong", "HKG"),
        ("Timor Leste", "TLS"),
        ("TP", "TLS"),
        ("ZR", "COD"),
        ("Turkey", "TUR"),
        ("Swaziland", "SWZ"),
        ("ua", "UKR"),
        ("UKR", "UKR"),
    ],
)
def test_a_name_is_recognised(name: str, code: str) -> None:
    assert (found(name) or found(name.upper())) == code


def test_ambiguous_names_are_nobodys() -> None:
    entries = yaml.safe_load(NAMES.read_text("utf-8"))["ambiguous"]
    assert {"Korea", "Congo"} <= set(entries)
    for name in (name for head, entry in entries.items() for name in (head, *entry["also"])):
        assert found(name) is None, name


def test_no_name_is_another_countrys_code() -> None:
    for code in COUNTRIES:
        for name in code.names:
            other = BY_ALPHA2.get(name.upper())
            assert other is None or other is code, (
                f"{name} of {code.code} is the alpha-2 code of {other.code}"
            )


def test_every_country_has_its_codes_place_and_region() -> None:
    assert len(BY_ALPHA2) == len(COUNTRIES) == 250
    for code in COUNTRIES:
        extra = code.extra or {}
        assert len(code.code) == 3
        assert len(extra["alpha2"]) == 2
        assert extra.get("income_level", "Low") in {"Low", "Lower middle", "Upper middle", "High"}
        assert -90 <= float(extra.get("latitude", 0)) <= 90
        assert code.code == "XKX" or len(extra["m49"]) == 3
        if code.code != "ATA":
            subregion = LIST.by_code[code.broader or ""]
            assert (subregion.extra or {})["level"] == "subregion"
            assert (LIST.by_code[subregion.broader or ""].extra or {})["level"] == "region"


def test_the_list_is_the_one_that_the_script_wrote() -> None:
    folder = Path(str(files("tiphub.standard"))) / "codes"
    origin = yaml.safe_load((folder / "country.origin.yml").read_text("utf-8"))
    assert hashlib.sha256((folder / "country.csv").read_bytes()).hexdigest() == origin["sha256"]
    assert hashlib.sha256(NAMES.read_bytes()).hexdigest() == origin["from"]["tools/country_names.yml"]


def test_every_country_of_the_real_files_is_recognised(shared_data: Path) -> None:
    unknown = {"", "Unknown", "Missing"}
    with gzip.open(shared_data / "ctdc_global_dataset_2018.csv.gz") as file:
        table = pv.read_csv(file)
    for column in ("citizenship", "CountryOfExploitation"):
        values = {str(value or "") for value in table[column].unique().to_pylist()} - unknown
        assert values
        assert not {value for value in values if value not in BY_ALPHA2}


def test_every_country_name_of_ctdcs_dictionary_is_recognised_but_those_that_cannot_be(
    shared_data: Path,
) -> None:
    book = openpyxl.load_workbook(
        shared_data / "ctdc_victim_perpetrator_dictionary_2022.xlsx", read_only=True
    )
    rows = list(book["Region"].iter_rows(min_row=2, max_col=4, values_only=True))
    names = {str(name).strip() for row in rows for name in row[2:4] if name}
    assert len(names) > 200
    assert {name for name in names if found(name) is None} == {
        "Congo",
        "Virgin Islands",
        "Netherlands Antilles",
        "Serbia and Montenegro",
        "Serbia, Province of Serbia and Montenegro",
        "Tibet, Province of China",
    }
