"""What whoever runs a portal may choose."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PortalSettings:
    """``exit_url`` is where the quick-exit button leads.

    It should be a page that nobody wonders at; the portal never contacts it, only a visitor's click does.

    ``most_cells`` is how large a table the API counts; of larger ones the release's records have all.
    """

    exit_url: str = "https://www.bbc.com/weather"
    most_cells: int = 25_000
