"""Nightline, a hotline: one JSON object a case, lists of what was ticked, countries as callers name them."""

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa

from tiphub.simulate.contributor import Contributor, rows_of, several, words
from tiphub.simulate.dirt import UNDECODABLE, Cell, Dirt, Row
from tiphub.simulate.files import write_json_lines
from tiphub.standard import load_standard

HEADER = (
    "signal_id",
    "received",
    "channel",
    "gender",
    "age",
    "nationality",
    "country_of_trafficking",
    "trafficking_type",
    "labor_venues",
    "sex_venues",
    "control_tactics",
    "recruiter",
    "schooling",
    "duration",
)
_GENDER = {"woman": "female", "man": "male", "trans_nonconforming": "trans or non-conforming"}
_SPOKEN = {
    "USA": ("United States", "USA", "U.S.", "United States of America", "America"),
    "GBR": ("United Kingdom", "UK", "England", "Great Britain"),
    "RUS": ("Russia", "Russian Federation"),
    "CIV": ("Ivory Coast", "Cote d'Ivoire"),
    "MMR": ("Burma", "Myanmar"),
    "COD": ("DR Congo", "Congo-Kinshasa"),
    "VNM": ("Vietnam", "Viet Nam"),
    "ARE": ("UAE", "United Arab Emirates", "the Emirates"),
    "MDA": ("Moldova",),
    "LAO": ("Laos",),
    "BOL": ("Bolivia",),
    "PHL": ("Philippines", "The Philippines", "Phillipines"),
    "TUR": ("Turkey",),
    "CZE": ("Czech Republic",),
    "IRN": ("Iran",),
}
_TYPES = {
    "sexual_exploitation": "Sex trafficking",
    "forced_labour": "Labor trafficking",
    "forced_marriage": "Forced marriage",
    "forced_begging": "Forced begging",
    "forced_criminality": "Forced criminality",
    "child_labour": "Child labor",
    "servitude": "Servitude",
    "organ_removal": "Organ removal",
    "surrogacy": "Forced surrogacy",
    "other": "Other",
}
_LABOUR = {
    "domestic_work": "Domestic work",
    "agriculture": "Farms and ranches",
    "construction": "Construction",
    "hospitality": "Hotels and restaurants",
    "begging": "Begging rings",
    "peddling": "Traveling sales crews",
    "manufacturing": "Factories",
    "illicit_activities": "Illicit activities",
    "aquafarming": "Fishing",
    "mining": "Mining",
    "transportation": "Transportation",
    "other": "Other labor",
}
_SEX = {
    "prostitution": "Commercial sex",
    "pornography": "Pornography",
    "remote_interactive_services": "Webcam",
    "private_sexual_services": "Personal sexual servitude",
}
_TACTICS = {
    "debt_bondage": "Debt bondage",
    "takes_earnings": "Takes earnings",
    "restricts_financial_access": "Controls money",
    "threats": "Threats",
    "psychological_abuse": "Emotional abuse",
    "physical_abuse": "Physical abuse",
    "sexual_abuse": "Sexual abuse",
    "false_promises": "Fraud or false promises",
    "psychoactive_substances": "Induces substance use",
    "restricts_movement": "Isolation or confinement",
    "restricts_medical_care": "Withholds medical care",
    "excessive_working_hours": "Excessive working hours",
    "uses_children": "Threatens children",
    "threat_of_law_enforcement": "Threat to report to police or immigration",
    "withholds_necessities": "Withholds food or sleep",
    "withholds_documents": "Withholds documents",
    "other": "Other",
}
_RECRUITER = {
    "family": "Family member or caregiver",
    "intimate_partner": "Intimate partner",
    "friend": "Friend or acquaintance",
    "other": "Someone else",
}
_SCHOOLING = {
    "none": "no schooling",
    "primary": "primary",
    "secondary": "high school",
    "vocational": "vocational",
    "tertiary": "college",
}
_DURATION = {
    "0_12_months": "up to a year",
    "13_24_months": "one to two years",
    "25_plus_months": "over two years",
}
_CHANNELS = ("call", "call", "text", "web form")


def cells(table: pa.Table) -> list[tuple[Cell, ...]]:
    """The cases of Nightline's export."""
    people = table["person"].to_pylist()
    days = table["registration_date"].to_pylist()
    columns: dict[str, list[Cell]] = {
        "signal_id": table["record_id"].to_pylist(),
        "received": [
            f"{day} {person % 24:02d}:{person % 60:02d}" for day, person in zip(days, people, strict=True)
        ],
        "channel": [_CHANNELS[person % 4] for person in people],
        "gender": words(table, "gender", _GENDER, "unknown"),
        "age": table["age"].to_pylist(),
        "nationality": _countries(table, "citizenship", people),
        "country_of_trafficking": _countries(table, "country_of_exploitation", people),
        "trafficking_type": list(several(table, "exploitation_type", _TYPES)),
        "labor_venues": list(several(table, "labour_sector", _LABOUR)),
        "sex_venues": list(several(table, "sexual_exploitation_form", _SEX)),
        "control_tactics": list(several(table, "means_of_control", _TACTICS)),
        "recruiter": list(several(table, "recruiter_relation", _RECRUITER)),
        "schooling": words(table, "education", _SCHOOLING),
        "duration": words(table, "trafficking_duration", _DURATION),
    }
    return rows_of(columns, HEADER, table.num_rows)


def _countries(table: pa.Table, column: str, people: list[int]) -> list[Cell]:
    """Countries by the names that people use, now and then in small letters or with a blank too many."""
    names = {code.code: code.label["en"] for code in load_standard().code_lists["country"].codes}
    found: list[Cell] = []
    for person, code in zip(people, table[column].to_pylist(), strict=True):
        if code is None:
            found.append("Unknown" if person % 2 else None)
            continue
        spoken = _SPOKEN.get(code, (names[code],))
        name = spoken[person % len(spoken)]
        found.append(name.lower() if person % 11 == 0 else f"{name} " if person % 13 == 0 else name)
    return found


def _write(path: Path, rows: Iterable[Row]) -> None:
    write_json_lines(path, HEADER, rows, bad_byte=b"\xe9")


NIGHTLINE = Contributor(
    name="nightline",
    suffix=".jsonl",
    header=HEADER,
    case_number=lambda number: f"N{number:07d}",
    first_row=1,
    dirt=(
        Dirt("unknown_code", "gender", "see notes", rows=3),
        Dirt("unknown_code", "control_tactics", ("Threats", "Voodoo oath"), rows=4),
        Dirt("unknown_country", "nationality", "Ruritania", rows=4),
        Dirt("unknown_country", "country_of_trafficking", "Upstate", rows=2),
        Dirt("impossible_age", "age", 245, rows=3),
        Dirt("impossible_age", "age", -3, rows=2),
        Dirt("impossible_date", "received", "2018-13-05 10:00", rows=2),
        Dirt("year_out_of_range", "received", "1066-10-14 09:00", rows=2),
        Dirt("undecodable_bytes", "channel", f"caf{UNDECODABLE}", rows=2),
        Dirt("missing_id", "signal_id", rows=3),
        Dirt("duplicate_id", "signal_id", rows=4),
        Dirt("conflicting_duplicate", "country_of_trafficking", "Iceland", rows=2),
        Dirt("cut_off", "", rows=1),
    ),
    cells=cells,
    write=_write,
)
