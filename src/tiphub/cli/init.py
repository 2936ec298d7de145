"""``tiphub init``: a new hub."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from tiphub.cli.app import app


class Method(StrEnum):
    """How people are protected in what the hub publishes."""

    dp = "dp"
    k_anonymity = "k_anonymity"


@app.command()
def init(
    hub: Annotated[Path, typer.Argument(help="The folder to make.", metavar="HUB")],
    *,
    title: Annotated[str, typer.Option(help="What the portal and citations call the data.")] = "",
    organisation: Annotated[str, typer.Option(help="Who answers for the hub.")] = "",
    contact: Annotated[str, typer.Option(help="Where to write to.")] = "",
    licence: Annotated[str, typer.Option(help="The licence of what is published (SPDX name).")] = "",
    declared_size: Annotated[
        int | None,
        typer.Option(
            help="About how many people the hub will hold: a round figure that may be public.", min=1
        ),
    ] = None,
    method: Annotated[
        Method, typer.Option(help="How people are protected in what is published.")
    ] = Method.dp,
    key_file: Annotated[
        Path | None, typer.Option(help="Where the vault's key is kept. [default: HUB.key, beside the hub]")
    ] = None,
) -> None:
    """Make a new hub: its settings, its encrypted vault and the vault's key.

    Releases are protected by differential privacy, at epsilon 4. How strict it is follows from a declared
    size, never from a count of the records: give one here, or write it into hub.yml before the first build.
    """
    from tiphub.vault.hub import ReleaseSettings, Settings
    from tiphub.vault.pipeline import found

    given = {"title": title, "organisation": organisation, "contact": contact, "licence": licence}
    settings = Settings(
        **{name: text for name, text in given.items() if text},  # type: ignore[arg-type]
        declared_size=declared_size,
        key_file=str(key_file.expanduser().absolute()) if key_file else "",
        release=ReleaseSettings(method=method.value),
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
    if method is Method.dp and declared_size is None:
        console.print(
            "Before the first release, write into hub.yml about how many people the hub holds, as a round"
            " figure that may be public: declared_size: 5000"
        )
    console.print(f"Next: tiphub agency draft {hub} NAME --from FILE")
