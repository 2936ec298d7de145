"""The columns of a hub's releases: from its settings and the standard, never from its records."""

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
    for name in (*columns, *known):
        if name not in standard.published or name not in columns:
            raise TiphubError(
                f"'{name}' is no column that this release can have.",
                where=str(hub.root / "hub.yml"),
                do="Columns are published columns of the standard; quasi-identifiers are among them.",
            )
    return tuple(variable(standard, name, years=hub.settings.years) for name in columns), known
