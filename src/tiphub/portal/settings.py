"""What whoever runs a portal may choose."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PortalSettings:
    """``exit_url`` is where the quick-exit button leads.

    It should be a page that nobody wonders at; the portal never contacts it, only a visitor's click does.
    """

    exit_url: str = "https://www.bbc.com/weather"
