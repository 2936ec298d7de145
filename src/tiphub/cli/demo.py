"""``tiphub demo``: a hub of four fictional agencies, from their files to the portal."""

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from tiphub.amount import amount
from tiphub.cli.app import app
from tiphub.errors import TiphubError
from tiphub.progress import Progress, Terminal

if TYPE_CHECKING:
    from tiphub.vault.hub import Hub
    from tiphub.vault.pipeline import FileOutcome

_TITLE = "Demo hub (all people and agencies are fictional)"


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="The hub's folder.")] = Path("demo-hub"),
    *,
    people: Annotated[
        int, typer.Option(help="How many fictional people there are.", min=2_000, max=500_000)
    ] = 60_000,
    seed: Annotated[int, typer.Option(help="Of the people and of their agencies' mistakes.", min=0)] = 1,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve the portal, or end.")] = True,
    port: Annotated[int, typer.Option(help="The port to serve on.", min=0, max=65535)] = 8321,
) -> None:
    """Build a hub from four fictional agencies' files and show its portal.

    Run again, it goes on with what is there. Without the portal, the last line is the release's folder.
    """
    from tiphub.vault.pipeline import build, ingest

    console = Console(stderr=True, highlight=False, soft_wrap=True, markup=False)
    progress = Terminal()
    started = time.monotonic()
    hub = _hub(folder, people, console)
    files = _files(hub, people, seed, progress)
    news = False
    for agency, file in files.items():
        taken = ingest(hub, agency, [file], progress)
        news |= taken.anew > 0 or not taken.files[0].known
        console.print(_told(taken.files[0]))
    release = _newest(hub.releases)
    if news or release is None:
        release = build(hub, progress)
        console.print(
            f"Release {release.name} was built, {time.monotonic() - started:.0f} s after the start."
        )
    else:
        console.print(f"Release {release.name} stands: nothing has changed since.")
    again = next(iter(files))
    corrected = hub.root / "incoming" / again / f"{again}-2{files[again].suffix}"
    console.print(f"To try next, a corrected file: tiphub ingest {folder} {again} {corrected}")
    console.print(f"Or the odds ratios of the release: tiphub model {folder}")
    if serve:
        from tiphub.cli.serve import serve as show

        show(folder, port=port)
    else:
        typer.echo(str(release))


def _hub(folder: Path, people: int, console: Console) -> "Hub":
    """The demo's hub with its four agencies, made where they are not there."""
    from tiphub.simulate import AGENCIES, agency_files
    from tiphub.vault.agencies import add_agency, list_agencies
    from tiphub.vault.hub import Settings, open_hub
    from tiphub.vault.model_settings import ModelSettings
    from tiphub.vault.pipeline import found

    if (folder / "hub.yml").exists():
        hub = open_hub(folder)
        if hub.settings.title != _TITLE:
            raise TiphubError(
                "This is a hub, but not the demo's.", where=str(folder), do="Name another folder."
            )
        console.print(f"The demo's hub is there already: {hub.root}")
    else:
        settings = Settings(
            title=_TITLE,
            organisation="The tiphub demo (fictional)",
            contact="hub@demo.example",
            languages=("en", "fr", "es", "ar"),
            years=(2002, 2025),
            declared_size=people,
            models=(
                ModelSettings(
                    "child",
                    ("education", "income_level", "climate_risk", "gender"),
                    covariates={"climate_risk": "climate-risk.csv"},
                ),
            ),
        )
        hub = found(folder, settings).hub
        _write_risk(hub.root / "climate-risk.csv")
        console.print(f"A new hub: {hub.root}")
    there = {agency.name for agency in list_agencies(hub)}
    for name in AGENCIES:
        if name not in there:
            given = agency_files(name)
            said = _texts((given / "agency.yml").read_text("utf-8"))
            add_agency(hub, name, mapping=(given / "mapping.yml").read_text("utf-8"), **said)
    return hub


def _write_risk(path: Path) -> None:
    """The values by country that the demo's model is declared with."""
    from tiphub.simulate import load_truth

    lines = [f"{code},{origin.climate:g}" for code, origin in sorted(load_truth().origins.items())]
    about = "# Fictional: a climate and disaster risk from 0 to 10, not copied from any index"
    path.write_text("\n".join([about, "country,value", *lines]) + "\n", "utf-8")


def _texts(document: str) -> dict[str, str]:
    import yaml

    return {key: str(value) for key, value in yaml.safe_load(document).items()}


def _files(hub: "Hub", people: int, seed: int, progress: Progress) -> dict[str, Path]:
    """Each agency's first file, simulated where it is not there yet."""
    from tiphub.simulate import AGENCIES, simulate_agencies, simulate_population

    incoming = hub.root / "incoming"
    note = incoming / "simulated.json"
    wanted = {"people": people, "seed": seed}
    if not note.exists():
        with progress.stage("simulate four agencies", people) as task:
            simulate_agencies(simulate_population(people, seed=seed), incoming, seed=seed)
            task.advance(people)
        note.write_text(json.dumps(wanted), "utf-8")
    elif (made := json.loads(note.read_text("utf-8"))) != wanted:
        raise TiphubError(
            f"The demo was made with {made['people']} people and seed {made['seed']}.",
            where=str(incoming),
            do="Name another folder, or give the same numbers.",
        )
    return {name: incoming / name / f"{name}-1{agency.suffix}" for name, agency in AGENCIES.items()}


def _told(outcome: "FileOutcome") -> str:
    name = outcome.contribution.origin.name
    if outcome.known:
        return f"{name}: taken in already"
    quality = outcome.quality
    rows = f"{amount(outcome.contribution.rows, 'row')} read, {quality.accepted:,} accepted"
    return f"{name}: {rows}, {quality.quarantined:,} quarantined; report: {outcome.report / 'report.html'}"


def _newest(releases: Path) -> Path | None:
    found: Sequence[Path] = [path for path in releases.iterdir() if (path / "manifest.json").exists()]
    return max(found, key=_version) if found else None


def _version(release: Path) -> tuple[str, int]:
    day, _, number = release.name.partition(".")
    return day, int(number or 1)
