"""`tiphub serve`: the portal over releases."""

import socket
from pathlib import Path
from typing import Annotated

import typer

from tiphub.cli.app import app
from tiphub.cli.extras import of_portal
from tiphub.cli.stories import check_stories
from tiphub.errors import TiphubError


@app.command()
def serve(
    releases: Annotated[Path, typer.Argument(help="A hub, a folder of releases, or one release.")],
    host: Annotated[str, typer.Option(help="The address to listen on; 0.0.0.0 is every one.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.", min=0, max=65535)] = 8321,
    exit_url: Annotated[
        str, typer.Option(help="Where the quick-exit button leads; the portal itself never contacts it.")
    ] = "https://www.bbc.com/weather",
) -> None:
    """Serve the public portal: pages, pictures, downloads, the API. Only releases are read, never the vault.

    Addresses that visitors ask for are not logged. A release that is published while this runs is found at
    the next visit; nothing has to be restarted.
    """
    with of_portal():
        import uvicorn

        from tiphub.portal import PortalSettings, create_app
        from tiphub.portal.catalog import Catalog
    check_stories()
    catalog = Catalog(releases)
    shelf = catalog.look()
    catalog.close()
    for item in shelf.broken:
        typer.echo(f"left out: {item.version}: {item.why}", err=True)
    if not shelf.releases:
        raise TiphubError(
            "There is no release that can be served.",
            where=str(catalog.folder),
            do="Build one with tiphub build HUB, or name a folder that holds a release.",
        )
    _refuse_taken(host, port)
    newest = shelf.releases[0]
    typer.echo(f"{newest.title}, release {newest.version}: http://{host}:{port}", err=True)
    portal = create_app(releases, PortalSettings(exit_url=exit_url))
    uvicorn.run(portal, host=host, port=port, log_level="warning", access_log=False, server_header=False)


def _refuse_taken(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise TiphubError(
                f"Nothing can be served at {host}, port {port}: {error.strerror or error}.",
                do="Name another one with --port, or end what is running there.",
            ) from None
