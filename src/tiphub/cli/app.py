"""The list of commands."""

from typing import Annotated

import typer

from tiphub import __version__

app = typer.Typer(
    name="tiphub",
    help="An open data hub for trafficking-in-persons case data.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
agency = typer.Typer(name="agency", help="What is done with one agency of a hub.", no_args_is_help=True)
app.add_typer(agency)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"tiphub {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and end.")
    ] = False,
) -> None:
    """Harmonise, link, protect and publish case data."""
