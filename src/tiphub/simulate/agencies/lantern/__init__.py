"""Lantern, a network of NGOs: the HTCDS 2.0 spreadsheet as people fill it in.

A title in merged cells, two rows of headers, real dates beside dates as text, labels instead of codes,
several answers in one cell, numbered rows left empty at the end. The names of the columns are those of the
Human Trafficking Case Data Standard 2.0 (IOM, CC BY 4.0); the case number is the network's own addition.
"""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pyarrow as pa

from tiphub.simulate.agencies.lantern.workbook import write_workbook
from tiphub.simulate.contributor import Contributor, rows_of, several, words
from tiphub.simulate.dirt import Cell, Dirt, Row
from tiphub.standard import load_standard

COLUMNS = {
    "cas_CaseNumber": "Case Number",
    "cas_CaseOwner": "Case Owner",
    "prs_FirstName": "First Name",
    "prs_SecondName": "Second Name",
    "con_Consent": "Consent",
    "prs_Birthdate": "Birthdate",
    "prs_Gender": "Gender",
    "prs_Citizenship": "Citizenship",
    "vic_TraffickingStatus": "Trafficking Status",
    "vic_MethodOfRecruitment": "Method of Recruitment",
    "vic_MethodsOfControl": "Methods of Control",
    "vic_TypeOfExploitation": "Type of Exploitation",
    "vic_ForcedLabourIndustry": "Forced Labour Industry",
    "vic_TypeOfSexExploitation": "Type of Sex Exploitation",
    "vic_LocationOfExploitation": "Location of Exploitation",
    "cas_Status": "Status",
    "cas_IncomingReferralDate": "Incoming Referral Date",
    "cas_IncomingReferralDetails": "Incoming Referral Details",
}
HEADER = tuple(COLUMNS)
_GENDER = {"woman": "Feminine", "man": "Masculine", "trans_nonconforming": "Non-Conforming"}
_RECRUITMENT = {
    "family": "Through family or family events",
    "friend": "Through friends or social events",
    "intimate_partner": "Through an intimate partner",
    "other": "Other",
}
_CONTROL = {
    "threats": "Physical threats",
    "threat_of_law_enforcement": "Threats of law enforcement",
    "uses_children": "Threatens children/family",
    "debt_bondage": "Debt bondage",
    "false_promises": "False promises",
    "physical_abuse": "Physical abuse",
    "sexual_abuse": "Sexual abuse",
    "takes_earnings": "Takes earnings",
    "restricts_financial_access": "Restricts financial access",
    "restricts_medical_care": "Restricts medical care",
    "withholds_necessities": "Withholds necessities",
    "psychological_abuse": "Psychological abuse",
    "psychoactive_substances": "Psychoactive substance",
    "excessive_working_hours": "Excessive working hours",
    "withholds_documents": "Withholds documents",
    "other": "Other",
}
_TYPES = {
    "forced_labour": "Forced labour",
    "sexual_exploitation": "Sexual exploitation",
    "child_labour": "Child labour",
    "forced_marriage": "Forced marriage",
    "servitude": "Servitude",
    "forced_military": "Forced military (by non-state actors)",
    "organ_removal": "Organ removal",
    "forced_begging": "Forced begging",
    "forced_criminality": "Other: forced criminality",
    "surrogacy": "Surrogacy",
    "other": "Other",
}
_INDUSTRY = {
    "agriculture": "Agriculture, forestry and fishing",
    "aquafarming": "Agriculture, forestry and fishing",
    "mining": "Mining and quarrying",
    "manufacturing": "Manufacturing",
    "construction": "Construction",
    "peddling": "Wholesale and retail trade; repair of motor vehicles and motorcycles",
    "transportation": "Transportation and storage",
    "hospitality": "Accommodation and food service activities",
    "begging": "Other service activities",
    "other": "Other service activities",
    "domestic_work": "Activities of households as employers; undifferentiated goods- and services-producing "
    "activities of households for own use",
}
_SEX = {
    "prostitution": "Prostitution",
    "pornography": "Pornography",
    "remote_interactive_services": "Remote Interactive Services",
    "private_sexual_services": "Private Sexual Services",
}
_OWNERS = ("Desk 1", "Desk 2", "Desk 3", "Night desk")
_STATUS = ("Active", "Follow Up", "Closed", "Closed Referred")


def cells(table: pa.Table) -> list[tuple[Cell, ...]]:
    """The rows of Lantern's spreadsheet."""
    people = table["person"].to_pylist()
    size = table.num_rows
    countries = {code.code: code.label["en"] for code in load_standard().code_lists["country"].codes}
    births, registered = table["birth_date"].to_pylist(), table["registration_date"].to_pylist()
    columns: dict[str, list[Cell]] = {
        "cas_CaseNumber": table["record_id"].to_pylist(),
        "cas_CaseOwner": [_OWNERS[person % 4] for person in people],
        "prs_FirstName": table["given_name"].to_pylist(),
        "prs_SecondName": table["family_name"].to_pylist(),
        "con_Consent": ["Yes"] * size,
        "prs_Birthdate": [_date(day, person) for day, person in zip(births, people, strict=True)],
        "prs_Gender": words(table, "gender", _GENDER, "Not Specified/Unknown"),
        "prs_Citizenship": words(table, "citizenship", countries),
        "vic_TraffickingStatus": ["Actual victim of trafficking"] * size,
        "vic_MethodOfRecruitment": _cell(several(table, "recruiter_relation", _RECRUITMENT), people),
        "vic_MethodsOfControl": _cell(several(table, "means_of_control", _CONTROL), people),
        "vic_TypeOfExploitation": _cell(several(table, "exploitation_type", _TYPES), people),
        "vic_ForcedLabourIndustry": _cell(several(table, "labour_sector", _INDUSTRY), people),
        "vic_TypeOfSexExploitation": _cell(several(table, "sexual_exploitation_form", _SEX), people),
        "vic_LocationOfExploitation": words(table, "country_of_exploitation", countries, "n/a"),
        "cas_Status": [_STATUS[person % 4] for person in people],
        "cas_IncomingReferralDate": [
            _date(day, person + 1) for day, person in zip(registered, people, strict=True)
        ],
        "cas_IncomingReferralDetails": ["(fictional)" if person % 9 == 0 else None for person in people],
    }
    return rows_of(columns, HEADER, size)


def _date(day: date | None, turn: int) -> Cell:
    """Each desk writes dates its own way: a real date, ISO as text, or with dots."""
    if day is None or turn % 4 in {0, 3}:
        return day
    return day.isoformat() if turn % 4 == 1 else f"{day:%d.%m.%Y}"


def _cell(answers: list[tuple[str, ...] | None], people: list[int]) -> list[Cell]:
    """Several answers in one cell, separated by a bar or by a new line."""
    breaks = (" | ", "\n")
    return [
        breaks[person % 2].join(names) if names else None
        for names, person in zip(answers, people, strict=True)
    ]


def _write(path: Path, rows: Iterable[Row]) -> None:
    write_workbook(path, "Lantern network - cases (fictional)", COLUMNS, rows)


LANTERN = Contributor(
    name="lantern",
    suffix=".xlsx",
    header=HEADER,
    case_number=lambda number: f"LN/{number:05d}",
    first_row=4,
    dirt=(
        Dirt("unknown_code", "prs_Gender", "F?", rows=4),
        Dirt("unknown_code", "vic_TypeOfExploitation", "Forced labour | Unpaid wages", rows=3),
        Dirt("unknown_country", "prs_Citizenship", "Genovia", rows=3),
        Dirt("impossible_date", "prs_Birthdate", "31.02.1994", rows=3),
        Dirt("unreadable_date", "cas_IncomingReferralDate", "spring 2019", rows=3),
        Dirt("year_out_of_range", "cas_IncomingReferralDate", date(2087, 5, 4), rows=2),
        Dirt("formula_error", "prs_Citizenship", "#N/A", rows=2),
        Dirt("missing_id", "cas_CaseNumber", rows=3),
        Dirt("duplicate_id", "cas_CaseNumber", rows=3),
        Dirt("conflicting_duplicate", "vic_LocationOfExploitation", "Iceland", rows=2),
        Dirt("junk_row", "cas_CaseOwner", "TOTAL", rows=1),
    ),
    cells=cells,
    write=_write,
)
