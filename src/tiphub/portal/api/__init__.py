"""The API for programs."""

from fastapi import FastAPI

from tiphub.portal.api.releases import add_releases
from tiphub.portal.api.tabulate import add_tabulate
from tiphub.portal.view import Portal


def add_api(app: FastAPI, portal: Portal) -> None:
    """Serve every endpoint; one file each."""
    add_releases(app, portal)
    add_tabulate(app, portal)
