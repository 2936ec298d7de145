"""The work of `intake.py` in plain pandas, as a careful analyst would write it: vectorised, column by column.

It takes the names of columns and the codes from tiphub's layout, and nothing else of tiphub.
"""

import sys
from datetime import UTC, datetime
from functools import reduce
from operator import or_
from pathlib import Path

import pandas as pd

from tiphub.mapping import load_layout
from tiphub.standard import flag_name, load_standard

BY = ["year_of_registration", "gender", "majority_status"]
UNKNOWN = ["", "-99", "Unknown", "Missing"]


def main(source: Path, target: Path) -> None:  # noqa: C901 (one straight script, as an analyst writes it)
    standard = load_standard()
    mapping = load_layout("ctdc-2018", standard).mapping
    raw = pd.read_csv(source, dtype=str, keep_default_na=False)
    row = raw.index + 2
    raw = raw.apply(lambda column: column.str.strip()).mask(lambda cells: cells.isin(UNKNOWN))
    out = pd.DataFrame(index=raw.index)
    problems: list[pd.DataFrame] = []

    def refuse(bad: pd.Series, column: str, reason: str) -> None:
        problems.append(
            pd.DataFrame({"row": row[bad], "column": column, "value": raw.loc[bad, column], "reason": reason})
        )

    refuse(raw["Datasource"].isna(), "Datasource", "is required and empty")
    year = pd.to_numeric(raw["yearOfRegistration"], errors="coerce")
    this_year = datetime.now(UTC).year
    refuse(
        raw["yearOfRegistration"].notna() & ~year.between(1990, this_year),
        "yearOfRegistration",
        "out of range",
    )
    out["year_of_registration"] = year.astype("Int32")

    countries = {(code.extra or {}).get("alpha2"): code.code for code in standard.code_lists["country"].codes}
    for name, field in mapping.fields.items():
        if name in {"year_of_registration", "abduction"}:
            continue
        column = next(name for name in field.columns if name in raw)
        codes = countries if field.read == "country" else field.values
        out[name] = raw[column].map(codes)
        refuse(raw[column].notna() & out[name].isna(), column, "unknown code")
    majority = {code.code: code.broader for code in standard.codes_of("age_band").codes if code.broader}
    out["majority_status"] = out["majority_status"].fillna(out["age_band"].map(majority))

    def flag(column: str) -> pd.Series:
        answer = raw[column].map({"1": True, "0": False}).astype("boolean")
        refuse(raw[column].notna() & answer.isna(), column, "neither 1 nor 0")
        return answer

    out["abduction"] = flag("isAbduction")
    for group, entry in mapping.groups.items():
        for option, names in entry.flags.items():
            out[flag_name(group, option)] = flag(names[0])
        for column, options in entry.together.items():
            both = flag(column).mask(lambda answer: answer == False)  # noqa: E712
            for option in options:
                name = flag_name(group, option)
                out[name] = out[name].fillna(both)
        for column in entry.columns:
            items = raw[column].str.split(";").explode().str.strip()
            refuse(
                (items.notna() & ~items.isin(list(entry.values))).groupby(level=0).any(),
                column,
                "unknown item",
            )
            for text, options in entry.values.items():
                named = (items == text).groupby(level=0).any().astype("boolean").mask(lambda answer: ~answer)
                for option in options:
                    name = flag_name(group, option)
                    out[name] = out[name].fillna(named)
        for code in standard.codes_of(group).codes:
            if code.merged_from:
                parts = [out[flag_name(group, part)] for part in code.merged_from]
                out[flag_name(group, code.code)] = reduce(or_, parts)

    bad = pd.concat(problems)
    out["accepted"] = ~pd.Series(row, index=out.index).isin(bad["row"])
    flags = [name for name in standard.columns if standard.columns[name].group and name in out]
    counts = out.groupby(["accepted", *BY], dropna=False)[flags].sum()
    counts.insert(0, "records", out.groupby(["accepted", *BY], dropna=False).size())
    counts.reset_index().to_parquet(target)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
