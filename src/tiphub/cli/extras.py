"""What commands say where a part of tiphub that they need is not installed."""

from collections.abc import Iterator
from contextlib import contextmanager

from tiphub.errors import TiphubError


@contextmanager
def of_portal() -> Iterator[None]:
    """Import what comes with the portal in here: its pages, and all pictures.

    Raises:
        TiphubError: it is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as missing:
        raise TiphubError(
            f"The portal and its pictures are not installed here ({missing.name} is missing).",
            do='Run: pip install "tiphub[portal]"',
        ) from None
