"""``tiphub build``: make a release."""

from pathlib import Path
from typing import Annotated

import typer

from tiphub.cli.app import app
from tiphub.progress import Terminal


@app.command()
def build(hub: Annotated[Path, typer.Argument(help="The hub's folder.", metavar="HUB")]) -> None:
    """Make a release of what the vault holds, and print its folder.

    Harmonise, link, protect, evaluate, publish. What is published is counted again before it is written.
    """
    from tiphub.vault.hub import open_hub
    from tiphub.vault.pipeline import build as make_release

    typer.echo(make_release(open_hub(hub), Terminal()))
