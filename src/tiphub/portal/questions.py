"""What the dashboard asks of a release, in the order of the page. A new picture is a new line here."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from tiphub.standard import Standard, flag_name

Picture = Literal["bars", "years", "world"]
Section = Literal["who", "where", "how", "whom"]
SECTIONS: tuple[Section, ...] = ("who", "where", "how", "whom")


@dataclass(frozen=True, slots=True)
class Question:
    """One picture: a field or group of the standard, and how it is shown.

    ``ordered`` keeps the order of the code list (ages, durations) instead of the largest first.
    """

    name: str
    section: Section
    picture: Picture = "bars"
    ordered: bool = False

    @property
    def places(self) -> bool:
        """Whether the answers are countries and regions."""
        return self.name in ("country_of_exploitation", "citizenship")


QUESTIONS = (
    Question("year_of_registration", "who", "years", ordered=True),
    Question("gender", "who"),
    Question("majority_status", "who", ordered=True),
    Question("age_band", "who", ordered=True),
    Question("citizenship", "who"),
    Question("education", "who", ordered=True),
    Question("country_of_exploitation", "where", "world"),
    Question("exploitation_type", "how"),
    Question("labour_sector", "how"),
    Question("sexual_exploitation_form", "how"),
    Question("means_of_control", "how"),
    Question("trafficking_duration", "how", ordered=True),
    Question("recruiter_relation", "whom"),
)

BY_NAME = {question.name: question for question in QUESTIONS}


def columns_of(standard: Standard, name: str) -> tuple[str, ...]:
    """The columns that hold the answers: the field itself, or the flags of a group."""
    if name in standard.groups:
        return tuple(flag_name(name, option.code) for option in standard.options(name))
    return (name,)


def answerable(standard: Standard, columns: Iterable[str]) -> tuple[Question, ...]:
    """The questions that a release with these columns can answer."""
    carried = set(columns)
    return tuple(question for question in QUESTIONS if carried & set(columns_of(standard, question.name)))
