"""Harbour, an intergovernmental organisation: its case-management system's export.

Semicolons, one column an option with 1, 0 and -99 (missing), two-letter countries: the columns of CTDC's
layout of 2018 and some of its own.
"""

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa

from tiphub.mapping import load_layout
from tiphub.simulate.contributor import Contributor, rows_of, words
from tiphub.simulate.dirt import UNDECODABLE, Cell, Dirt, Row
from tiphub.simulate.files import write_delimited
from tiphub.standard import flag_name, load_standard

_LAYOUT = load_layout("ctdc-2018", load_standard())
_OWN_FLAGS = {
    "child_labour": "isChildLabour",
    "forced_begging": "isForcedBegging",
    "forced_criminality": "isForcedCriminality",
    "servitude": "isServitude",
    "surrogacy": "isSurrogacy",
}
HEADER = (
    "caseId",
    *_LAYOUT.columns,
    *_OWN_FLAGS.values(),
    "registrationDate",
    "firstName",
    "lastName",
    "dateOfBirth",
    "educationLevel",
    "traffickMonths",
)
_MISSING = "-99"
_GENDER = {"woman": "Female", "man": "Male", "trans_nonconforming": "Transgender/NonConforming"}
_BANDS = {"0_8": "0--8", "9_17": "9--17", "48_plus": "48+"}
_AGE_OF = {"child": "Minor", "adult": "Adult"}
_EDUCATION = {"none": "None", "primary": "Primary", "secondary": "High school", "vocational": "Vocational"}
_DURATION = {"0_12_months": "0-12", "13_24_months": "13-24", "25_plus_months": "25+"}
_RECRUITER = {
    "family": "Family/Relative",
    "friend": "Friend",
    "intimate_partner": "Intimate Partner",
    "other": "Other",
}


def cells(table: pa.Table) -> list[tuple[Cell, ...]]:
    """The rows of Harbour's export."""
    standard = load_standard()
    size = table.num_rows
    countries = {
        code.code: (code.extra or {}).get("alpha2", "") for code in standard.code_lists["country"].codes
    }
    bands = {
        code.code: _BANDS.get(code.code, code.code.replace("_", "--"))
        for code in standard.codes_of("age_band").codes
    }
    columns: dict[str, list[Cell]] = {
        "caseId": table["record_id"].to_pylist(),
        "Datasource": ["Case Management"] * size,
        "yearOfRegistration": [str(year) for year in table["year_of_registration"].to_pylist()],
        "gender": words(table, "gender", _GENDER, "Unknown"),
        "ageBroad": words(table, "age_band", bands, "Unknown"),
        "majorityStatus": words(table, "majority_status", _AGE_OF, _MISSING),
        "majorityStatusAtExploit": words(table, "majority_status_at_exploitation", _AGE_OF, _MISSING),
        "majorityEntry": words(table, "majority_status_at_entry", _AGE_OF, _MISSING),
        "citizenship": words(table, "citizenship", countries, "Unknown"),
        "CountryOfExploitation": words(table, "country_of_exploitation", countries, "Missing"),
        "registrationDate": [str(day) for day in table["registration_date"].to_pylist()],
        "firstName": table["given_name"].to_pylist(),
        "lastName": table["family_name"].to_pylist(),
        "dateOfBirth": [_MISSING if day is None else str(day) for day in table["birth_date"].to_pylist()],
        "educationLevel": words(table, "education", {**_EDUCATION, "tertiary": "University"}, _MISSING),
        "traffickMonths": words(table, "trafficking_duration", _DURATION, _MISSING),
        "isAbduction": _flag(table, "abduction"),
        "isSexAndLabour": _both(table),
    }
    for group, mapping in _LAYOUT.mapping.groups.items():
        for option, names in mapping.flags.items():
            name = flag_name(group, option)
            columns[names[0]] = _flag(table, name) if name in table.column_names else _marker(table, group)
    for option, column in _OWN_FLAGS.items():
        columns[column] = _flag(table, flag_name("exploitation_type", option))
    columns["RecruiterRelationship"] = _recruiters(table)
    return rows_of(columns, HEADER, size)


def _flag(table: pa.Table, column: str) -> list[Cell]:
    said = {True: "1", False: "0", None: _MISSING}
    return [said[answer] for answer in table[column].to_pylist()]


def _both(table: pa.Table) -> list[Cell]:
    pairs = (
        table[flag_name("exploitation_type", what)].to_pylist()
        for what in ("forced_labour", "sexual_exploitation")
    )
    return [_MISSING if one is None else str(int(one and other)) for one, other in zip(*pairs, strict=True)]


def _marker(table: pa.Table, group: str) -> list[Cell]:
    """The column that says that a question was not answered."""
    return ["1" if answer is None else "0" for answer in table[flag_name(group, "other")].to_pylist()]


def _recruiters(table: pa.Table) -> list[Cell]:
    answers = {option: table[flag_name("recruiter_relation", option)].to_pylist() for option in _RECRUITER}
    named = (
        "; ".join(_RECRUITER[option] for option in answers if answers[option][row])
        for row in range(table.num_rows)
    )
    return [names or "Unknown" for names in named]


def _write(path: Path, rows: Iterable[Row]) -> None:
    write_delimited(path, HEADER, rows, delimiter=";", encoding="utf-8", bad_byte=b"\xff")


HARBOUR = Contributor(
    name="harbour",
    suffix=".csv",
    header=HEADER,
    case_number=lambda number: f"HB-{number:06d}",
    first_row=2,
    dirt=(
        Dirt("unknown_code", "gender", "Q", rows=4),
        Dirt("unknown_code", "isForcedLabour", "2", rows=3),
        Dirt("unknown_country", "citizenship", "XQ", rows=3),
        Dirt("impossible_date", "registrationDate", "2019-02-30", rows=3),
        Dirt("year_out_of_range", "yearOfRegistration", "2087"),
        Dirt("too_many_cells", "", rows=3),
        Dirt("undecodable_bytes", "lastName", f"Zo{UNDECODABLE}lith", rows=2),
        Dirt("missing_id", "caseId", rows=3),
        Dirt("duplicate_id", "caseId", rows=4),
        Dirt("conflicting_duplicate", "CountryOfExploitation", "IS", rows=3),
        Dirt("empty_row", "", rows=3),
        Dirt("junk_row", "yearOfRegistration", "1667367", rows=2),
        Dirt("cut_off", "", rows=1),
    ),
    cells=cells,
    write=_write,
)
