"""What the gate refuses before anything is written."""

from typing import Any

from tiphub.errors import TiphubError
from tiphub.release import Content
from tiphub.release.metadata import STATEMENT
from tiphub.standard import Standard, Variable

_FAULT = "This is a fault of the protection method: nothing was published."


def refuse(
    content: Content,
    *,
    variables: tuple[Variable, ...],
    quasi_identifiers: tuple[str, ...],
    smallest_count: int | None,
    argument: str,
    standard: Standard,
) -> None:
    """Refuse content that has no argument, says too little, or carries columns that may not be published.

    Raises:
        TiphubError: the first thing that is wrong.
    """
    refuse_unargued(argument)
    for item in STATEMENT:
        if not _says_something(content.statement.get(item)):
            raise TiphubError(f"The statement of protection does not say {item}.", do=_FAULT)
    if content.statement["parameters"].get("k", smallest_count) != smallest_count:
        raise TiphubError("The method protected with another k than the hub asks for.", do=_FAULT)
    _refuse_columns(content, variables, standard)
    for name in quasi_identifiers:
        if name not in content.records.column_names:
            raise TiphubError(
                f"The quasi-identifier {name} is no column of the release.", do="Correct hub.yml."
            )
    if smallest_count is not None and smallest_count < 2:
        raise TiphubError(
            f"A smallest count of {smallest_count} protects nobody.",
            do="Set release.k in hub.yml to 11 or more.",
        )


def refuse_unargued(argument: str) -> None:
    """Refuse a method without an argument page; asked before anything is spent, and again at the gate.

    Raises:
        TiphubError: the page is empty.
    """
    if not argument.strip():
        raise TiphubError(
            "The protection method has no argument page: nobody could say why it holds.",
            do="Write the page beside the method's code.",
        )


def _refuse_columns(content: Content, variables: tuple[Variable, ...], standard: Standard) -> None:
    if tuple(content.records.column_names) != tuple(item.name for item in variables):
        raise TiphubError("The protected records do not have the release's columns.", do=_FAULT)
    if len(variables) < 2:
        raise TiphubError(
            "A release needs two columns or more: in a CSV file of one, an unknown cell is an empty line.",
            do="Name more columns in release.columns in hub.yml.",
        )
    for item in variables:
        column = standard.columns.get(item.name)
        if column is None:
            raise TiphubError(
                f"{item.name} is no column of the standard.", do="Correct release.columns in hub.yml."
            )
        if column.disclosure == "identifying" or column.kind in {"text", "date"}:
            raise TiphubError(
                f"{item.name} identifies people and can never be published.",
                do="Take it out of release.columns in hub.yml.",
            )


def _says_something(value: Any) -> bool:
    return value is not None and value not in ("", [], ())
