"""``tiphub init``: a new hub."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from tiphub.cli.app import app


@app.command()
def init(
    hub: Annotated[Path, typer.Argument(help="The folder to make.", metavar="HUB")],
    *,
    title: Annotated[str, typer.Option(help="What the portal and citations call the data.")] = "",
    organisation: Annotated[str, typer.Option(help="Who answers for the hub.")] = "",
    contact: Annotated[str, typer.Option(help="Where to write to.")] = "",
    licence: Annotated[str, typer.Option(help="The licence of what is published (SPDX name).")] = "",
    key_file: Annotated[
        Path | None, typer.Option(help="Where the vault's key is kept. [default: HUB.key, beside the hub]")
    ] = None,
) -> None:
    """Make a new hub: its settings, its encrypted vault and the vault's key."""
    from tiphub.vault.hub import Settings
    from tiphub.vault.pipeline import found

    given = {"title": title, "organisation": organisation, "contact": contact, "licence": licence}
    settings = Settings(
        **{name: text for name, text in given.items() if text},  # type: ignore[arg-type]
        key_file=str(key_file.expanduser().absolute()) if key_file else "",
    )
    new = found(hub, settings)
    console = Console(highlight=False, soft_wrap=True, markup=False)
    console.print(f"A new hub: {new.hub.root}")
    console.print("  hub.yml    its settings; read through them once")
    if new.key_file:
        console.print(f"  {new.key_file}    the vault's key, readable by you alone")
        console.print("Keep a copy of the key elsewhere. Without it nobody can read the vault, you included.")
    else:
        console.print("The vault is locked with the key that was there already. Keep a copy of it elsewhere.")
    console.print(f"Next: tiphub agency draft {hub} NAME --from FILE")
