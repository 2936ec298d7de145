"""The sensitive side: case records, from the agencies' files to a release."""

from importlib.util import find_spec

from tiphub.errors import TiphubError


class VaultMissingError(TiphubError, ImportError):
    """The vault's libraries are not installed here, as on a server that only serves releases."""


_missing = [
    name for name in ("duckdb_extension_httpfs", "jinja2", "python_calamine") if find_spec(name) is None
]
if _missing:
    raise VaultMissingError(
        f"The vault is not installed here: {', '.join(_missing)} missing.",
        do='Run: pip install "tiphub[vault]"',
    )
