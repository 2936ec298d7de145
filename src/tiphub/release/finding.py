"""What a check found wrong, in a form that a person can act on."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: what, in which file, row (the header is row 1), column, with which value."""

    what: str
    file: str = ""
    row: int | None = None
    column: str = ""
    value: str = ""
    do: str = ""

    @property
    def where(self) -> str:
        """The place in words.

        >>> Finding("No such code.", file="records.csv", row=7, column="gender", value="womon").where
        "records.csv, row 7, column gender, value 'womon'"
        """
        parts = [
            self.file,
            f"row {self.row:,}" if self.row is not None else "",
            f"column {self.column}" if self.column else "",
            f"value {self.value[:80]!r}" if self.value else "",
        ]
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its name, what it makes sure of, what it found; ``skipped`` says why it was not made."""

    name: str
    title: str
    findings: tuple[Finding, ...] = ()
    skipped: str = ""
    note: str = ""

    @property
    def passed(self) -> bool:
        """Whether the check was made and found nothing."""
        return not self.findings and not self.skipped


MOST = 20
"""Findings of one kind that are told one by one; the rest are told as a number."""
