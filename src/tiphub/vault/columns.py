"""The columns of a hub's releases: from its settings and the standard, never from its records."""

from difflib import get_close_matches

from tiphub.errors import TiphubError
from tiphub.standard import Standard, Variable, variable
from tiphub.vault.hub import Hub


def release_columns(hub: Hub, standard: Standard) -> tuple[tuple[Variable, ...], tuple[str, ...]]:
    """The columns of a release over their public domains, and the quasi-identifiers among them.

    Raises:
        TiphubError: ``hub.yml`` names a column that a release cannot have.
    """
    settings = hub.settings.release
    columns = settings.columns or standard.published
    known = settings.quasi_identifiers or tuple(
        name for name in standard.quasi_identifiers if name in columns
    )
    where = f"{hub.root / 'hub.yml'}, release"
    for key, names, among, do in (
        ("columns", columns, standard.published, "Columns are published columns of the standard."),
        ("quasi_identifiers", known, columns, "Quasi-identifiers are among the columns."),
    ):
        for name in names:
            if name not in among:
                near = get_close_matches(name, among, 1)
                raise TiphubError(
                    f"'{name}' is no column that this release can have.",
                    where=f"{where}, {key}",
                    do=f"Did you mean '{near[0]}'? {do}" if near else do,
                )
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise TiphubError(
                f"'{twice}' stands {names.count(twice)} times.",
                where=f"{where}, {key}",
                do="Keep one of them.",
            )
    if len(columns) < 2:
        raise TiphubError(
            "A release needs two columns or more: in a CSV file of one, an unknown cell is an empty line.",
            where=f"{where}, columns",
            do="Name more columns, or [] for the standard's choice.",
        )
    return tuple(variable(standard, name, years=hub.settings.years) for name in columns), known
