"""Whether a person was exploited in the country of their citizenship, as a column of its own.

Releases with noise count it beside their records: a sum over many small counts of two countries adds up what
each is off, and where people of rare countries are only told by region it cannot be added up at all. This is
the one place that says what the column means and what it is called.
"""

from collections.abc import Collection

from tiphub.standard.answered import answered_columns
from tiphub.standard.model import CodeList, Standard
from tiphub.standard.variables import Variable

CITIZENSHIP, COUNTRY = "citizenship", "country_of_exploitation"
OWN = f"{COUNTRY}:own"
"""The column's name: no column of the standard has a colon in it."""
OWN_COUNTRY = Variable(OWN, ("no", "yes"), (None, None))
"""``yes``: in the country of their citizenship; ``no``: in another; unknown: one of the two is not known."""


def own_country(standard: Standard, citizenship: str, country: str) -> str:
    """Whether two places are the same country: yes, no, or nothing where they do not tell.

    >>> from tiphub.standard import load_standard
    >>> standard = load_standard()
    >>> [own_country(standard, "UKR", place) for place in ("UKR", "POL", "m49_150", "m49_019", "")]
    ['yes', 'no', '', 'no', '']
    """
    if not citizenship or not country:
        return ""
    codes = standard.codes_of(CITIZENSHIP)
    if citizenship == country:
        return "yes" if any(code.code == country for code in codes.leaves) else ""
    inside = country in _above(codes, citizenship) or citizenship in _above(codes, country)
    return "" if inside else "no"


def counted_beside(standard: Standard, columns: Collection[str]) -> tuple[Variable, ...]:
    """The columns that a noisy release of these columns counts, and its records do not have."""
    groups = tuple(item.variable for item in answered_columns(standard, columns))
    return (*groups, OWN_COUNTRY) if {CITIZENSHIP, COUNTRY} <= set(columns) else groups


def _above(codes: CodeList, code: str) -> tuple[str, ...]:
    found: list[str] = []
    above = codes.by_code[code].broader
    while above is not None:
        found.append(above)
        above = codes.by_code[above].broader
    return tuple(found)
