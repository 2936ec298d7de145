"""Write the standard's country list from the humanitarian field's own reference table.

Run it from the project's folder, in an environment with the two libraries that only it needs:

    python3.11 -m venv ../countries
    ../countries/bin/pip install --editable . hdx-python-country==4.2.5 babel==2.18.0
    ../countries/bin/python tools/make_countries.py

Codes, regions, names in the six UN languages, income levels and places come from hdx-python-country (OCHA's
Countries & Territories Taxonomy, the copy inside the package); names in everyday use and in Portuguese from
Unicode CLDR, through babel; the rest from country_names.yml beside this script. The result depends on these
alone. It stops where a name would stand for two countries.
"""

import csv
import hashlib
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml
from babel import Locale
from babel.core import get_global
from hdx.location.country import Country

from tiphub.standard import LANGUAGES, normalise

HERE = Path(__file__).resolve().parent
CODES = HERE.parent / "src/tiphub/standard/codes"
UN_LANGUAGES = {
    "en": "English",
    "fr": "French",
    "es": "Spanish",
    "ar": "Arabic",
    "ru": "Russian",
    "zh": "Chinese",
}
CLDR_LANGUAGES = ("en", "fr", "es", "ar", "ru", "zh", "pt", "pt_PT")
OTHER_NAMES = (
    "Preferred Term",
    "ISO Alt Term",
    "DGACM Alt Term",
    "HPC Tools Alt Term",
    "RW Short Name",
    "RW API Alt Term",
)
COLUMNS = (
    ["code"]
    + [f"{text}_{language}" for text in ("label", "definition") for language in LANGUAGES]
    + [
        "broader",
        "since",
        "source",
        "names",
        "alpha2",
        "m49",
        "income_level",
        "latitude",
        "longitude",
        "level",
    ]
)
COUNTRY = {
    "en": "A country or area by the name the United Nations use; the name says nothing of its status.",
    "fr": "Pays ou zone, sous son nom aux Nations Unies ; ce nom ne préjuge en rien de son statut.",
    "es": "País o zona, con su nombre en las Naciones Unidas; el nombre no prejuzga su condición jurídica.",
    "ar": "بلد أو منطقة بالاسم الذي تستعمله الأمم المتحدة؛ ولا ينطوي الاسم على رأي في وضعه القانوني.",
}
REGION = {
    "en": "A part of the world in the UN's M49 list, where a release does not tell the country itself.",
    "fr": "Partie du monde de la liste M49 de l'ONU, quand une publication ne dit pas le pays lui-même.",
    "es": "Parte del mundo de la lista M49 de la ONU, cuando una publicación no dice el país mismo.",
    "ar": "جزء من العالم في قائمة M49 للأمم المتحدة، حين لا يذكر الإصدار البلد نفسه.",
}
Row = dict[str, str]


def main() -> None:
    """Write ``country.csv`` and, beside it, where it came from."""
    ours = yaml.safe_load((HERE / "country_names.yml").read_text("utf-8"))
    taxonomy = Country.countriesdata(include_unofficial=False, use_live=False)["countries"]
    cldr = [Locale.parse(language).territories for language in CLDR_LANGUAGES]
    homeless = {
        normalise(name) for head, entry in ours["ambiguous"].items() for name in (head, *entry["also"])
    }

    rows = {alpha3: _from_taxonomy(alpha3, entry, ours) for alpha3, entry in taxonomy.items()}
    rows |= {alpha3: _added(alpha3, entry) for alpha3, entry in ours["added"].items()}
    for alpha3, row in rows.items():
        names = [*_labels(row), *_official(taxonomy.get(alpha3, {}))]
        names += [names_of[row["alpha2"]] for names_of in cldr if row["alpha2"] in names_of]
        names += ours["names"].get(alpha3, ())
        row["names"] = "|".join(dict.fromkeys(name for name in names if normalise(name) not in homeless))
    _refuse_shared_names(rows, homeless)

    regions = _regions(taxonomy, ours["regions"])
    with (CODES / "country.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows([rows[alpha3] for alpha3 in sorted(rows)] + regions)
    _write_origin()


def _from_taxonomy(alpha3: str, entry: dict[str, Any], ours: dict[str, Any]) -> Row:
    labels = {
        language: entry.get(f"{UN_LANGUAGES[language]} Short") or entry.get(f"M49 {UN_LANGUAGES[language]}")
        for language in LANGUAGES
    } | ours["labels"].get(alpha3, {})
    subregion = entry["Intermediate Region Code"] or entry["Sub-region Code"]
    latitude, longitude = ours["places"].get(alpha3, (entry["Latitude"] or "", entry["Longitude"] or ""))
    return _country(
        alpha3,
        labels=labels,
        alpha2=entry["ISO 3166-1 Alpha 2-Codes"],
        m49=entry["m49 numerical code"].zfill(3),
        subregion=subregion.zfill(3) if subregion else "",
        income_level=entry["World Bank Income Level"] or "",
        latitude=latitude,
        longitude=longitude,
    )


def _added(alpha3: str, entry: dict[str, Any]) -> Row:
    return _country(alpha3, m49="", **entry)


def _country(
    alpha3: str, *, labels: dict[str, str], alpha2: str, m49: str, subregion: str, **rest: str
) -> Row:
    source = (
        {"ISO 3166-1": f"{alpha3}, {alpha2}", "UN M49": m49}
        if m49
        else {"ISO 3166-1 (user-assigned)": f"{alpha3}, {alpha2}"}
    )
    row = {"code": alpha3, "alpha2": alpha2, "m49": m49, "since": "1.0", "level": "country", **rest}
    row["broader"] = f"m49_{subregion}" if subregion else ""
    row["source"] = "|".join(f"{standard}: {theirs}" for standard, theirs in source.items())
    for language in LANGUAGES:
        row[f"label_{language}"] = labels[language]
        row[f"definition_{language}"] = COUNTRY[language]
    return row


def _regions(taxonomy: dict[str, Any], labels: dict[str, dict[str, str]]) -> list[Row]:
    above: dict[str, str] = {}
    for entry in taxonomy.values():
        if entry["Region Code"]:
            region = entry["Region Code"].zfill(3)
            above[(entry["Intermediate Region Code"] or entry["Sub-region Code"]).zfill(3)] = region
            above.setdefault(region, "")
    return [
        _region(m49, above[m49], labels[m49]) for m49 in sorted(above, key=lambda m49: (not above[m49], m49))
    ]


def _region(m49: str, above: str, labels: dict[str, str]) -> Row:
    row = {"code": f"m49_{m49}", "m49": m49, "since": "1.0", "source": f"UN M49: {m49}"}
    row |= {"broader": f"m49_{above}" if above else "", "level": "subregion" if above else "region"}
    for language in LANGUAGES:
        row[f"label_{language}"] = labels[language]
        row[f"definition_{language}"] = REGION[language]
    return row


def _labels(row: Row) -> Iterable[str]:
    return [row[f"label_{language}"] for language in LANGUAGES]


def _official(entry: dict[str, Any]) -> list[str]:
    kinds = [f"{language} Short" for language in UN_LANGUAGES.values()]
    kinds += [f"M49 {language}" for language in UN_LANGUAGES.values()]
    names = [entry.get(kind) for kind in (*OTHER_NAMES, *kinds, "English Formal")]
    return [name.strip() for name in names if name]


def _refuse_shared_names(rows: dict[str, Row], homeless: set[str]) -> None:
    owner: dict[str, str] = {}
    for row in rows.values():
        for name in [row["code"], row["alpha2"], *_labels(row), *row["names"].split("|")]:
            if normalise(name) in homeless:
                raise SystemExit(
                    f"{name} is a label or code of {row['code']}, but country_names.yml calls it ambiguous"
                )
            if (other := owner.setdefault(normalise(name), row["code"])) != row["code"]:
                raise SystemExit(f"{name} would stand for {other} and {row['code']}: add it under ambiguous")


def _write_origin() -> None:
    digest = hashlib.sha256((CODES / "country.csv").read_bytes()).hexdigest()
    origin = {
        "file": "country.csv",
        "sha256": digest,
        "made_by": "tools/make_countries.py",
        "from": {
            "hdx-python-country": version("hdx-python-country"),
            "babel": version("babel"),
            "Unicode CLDR": get_global("cldr")["version"],
            "tools/country_names.yml": hashlib.sha256((HERE / "country_names.yml").read_bytes()).hexdigest(),
        },
        "who": "UN OCHA (countries, regions), World Bank (income levels), Unicode CLDR (everyday names)",
        "licences": {"hdx-python-country": "MIT", "babel": "BSD-3-Clause", "Unicode CLDR": "Unicode-3.0"},
    }
    (CODES / "country.origin.yml").write_text(
        yaml.safe_dump(origin, sort_keys=False, allow_unicode=True, width=110), "utf-8"
    )


if __name__ == "__main__":
    main()
