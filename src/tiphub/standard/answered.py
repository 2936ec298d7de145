"""Whether anything of a group was answered: the denominator of its shares, as a column of its own.

CTDC takes the share of an option among the records with at least one option of the group (codebook 2024,
section 6). This is the one place that says which columns that is about, and what the column is called where
a release counts it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from tiphub.standard.model import Standard, flag_name
from tiphub.standard.variables import Variable

FEWEST = 2
"""Options from which on a group needs the column: of one option, who answered is who has it."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The column of a group: ``yes`` where any of ``flags`` is, otherwise unknown.

    It is never no: that a person has none of the options is not known of anybody.
    """

    group: str
    flags: tuple[str, ...]

    @property
    def name(self) -> str:
        """The column's name: no column of the standard has a colon in it."""
        return answered_name(self.group)

    @property
    def variable(self) -> Variable:
        """The column over its public domain."""
        return Variable(self.name, ("yes",), (None,))


def answered_name(group: str) -> str:
    """The column of a group that says whether anything of it was answered.

    >>> answered_name("means_of_control")
    'means_of_control:answered'
    """
    return f"{group}:answered"


def options_of(columns: Iterable[str], standard: Standard, group: str) -> tuple[str, ...]:
    """The options of a group that a source carries: the finest, and a merged one only without its parts."""
    has = set(columns)
    options = [code for code in standard.options(group) if flag_name(group, code.code) in has]
    fine = {code.code for code in options if not code.merged_from}
    return tuple(code.code for code in options if not fine.intersection(code.merged_from))


def answered_columns(standard: Standard, columns: Iterable[str]) -> tuple[Answered, ...]:
    """The columns that say whether a group was answered, one for each group with several of its options.

    >>> from tiphub.standard import load_standard
    >>> flags = ["labour_sector_mining", "labour_sector_begging", "recruiter_relation_family"]
    >>> [item.name for item in answered_columns(load_standard(), flags)]
    ['labour_sector:answered']
    """
    carried = tuple(columns)
    found = (
        Answered(group, tuple(flag_name(group, option) for option in options_of(carried, standard, group)))
        for group in standard.groups
    )
    return tuple(item for item in found if len(item.flags) >= FEWEST)
