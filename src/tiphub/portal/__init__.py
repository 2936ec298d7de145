"""The public side: pages, pictures and an API over release folders, and nothing else."""

from tiphub.portal.app import create_app
from tiphub.portal.settings import PortalSettings

__all__ = ["PortalSettings", "create_app"]
