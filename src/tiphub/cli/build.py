"""``tiphub build``: make a release, or show what a privacy budget would buy."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from tiphub.cli.app import app
from tiphub.cli.stories import check_stories
from tiphub.progress import Terminal

if TYPE_CHECKING:
    from tiphub.vault.plan import Plan


@app.command()
def build(
    hub: Annotated[Path, typer.Argument(help="The hub's folder.", metavar="HUB")],
    *,
    plan: Annotated[
        bool, typer.Option("--plan", help="Show what accuracy a budget buys; nothing is read or spent.")
    ] = False,
    epsilon: Annotated[
        float | None, typer.Option(help="What this release spends, if not what hub.yml says.")
    ] = None,
    confirm_large_epsilon: Annotated[
        bool, typer.Option("--confirm-large-epsilon", help="An epsilon above 20 is meant.")
    ] = False,
    sign_mixed: Annotated[
        str,
        typer.Option(
            metavar='"NAME, ROLE"', help="Answer for a release beside others of another method, by name."
        ),
    ] = "",
    again: Annotated[
        bool, typer.Option("--again", help="Make a release even if nothing changed since the newest one.")
    ] = False,
) -> None:
    """Make a release of what the vault holds, and print its folder.

    Harmonise, protect, evaluate, publish. Nobody is recognised across agencies: a case is one person as one
    agency knows them, and whom two agencies know is two cases. Before anything, the portal's stories are
    read: a number that is typed into one by hand fails the build. What is published is counted again before
    it is written.
    Under differential privacy the spend is booked in the hub's ledger before any noise is drawn.

    With `--plan` nothing is made: for a hub that protects with dp it shows how exact counts would be at
    several epsilons, from the declared size and the columns alone, without opening the vault.
    """
    from tiphub.vault.hub import open_hub
    from tiphub.vault.pipeline import build as make_release

    check_stories()
    opened = open_hub(hub)
    if plan:
        from tiphub.vault.plan import EPSILONS
        from tiphub.vault.plan import plan as make_plan
        from tiphub.vault.s4_protect.dp.expected import expected_std

        epsilons = EPSILONS if epsilon is None else (epsilon,)
        _tell(
            make_plan(opened, expected_std, epsilons=epsilons, confirmed_large_epsilon=confirm_large_epsilon)
        )
        return
    console = Console(stderr=True, highlight=False, soft_wrap=True, markup=False)
    release = make_release(
        opened,
        Terminal(),
        epsilon=epsilon,
        confirmed_large_epsilon=confirm_large_epsilon,
        signed_mixed=sign_mixed,
        again=again,
        told=lambda note: console.print(f"note: {note}"),
    )
    for line in _cost(release):
        console.print(line)
    typer.echo(release)


def _cost(release: Path) -> Iterator[str]:
    """What protecting people cost, in the release's own figures."""
    from tiphub.release import open_release

    opened = open_release(release)
    figures = opened.evaluation.get("loss", {})
    kept, plain = figures.get("records_kept"), figures.get("records_kept_by_plain_suppression")
    lost = figures.get("information_lost")
    if kept is not None and plain is not None and lost is not None:
        yield (
            f"Kept {kept:.1%} of the records (leaving out small groups whole would have kept {plain:.1%}); "
            f"{lost:.1%} of what the quasi-identifiers tell is lost."
        )
    for name, item in figures.get("noise", {}).items():
        way = name.replace("_", "-")
        yield f"Noise on {way} counts: a standard deviation of {item['mean_std']:g} on average."
    for item in opened.statement["parameters"].get("declared_models", {}).get("models", []):
        yield f"Noise on the counts of the model {item['model']}: a standard deviation of {item['std']:.1f}."


def _tell(plan: "Plan") -> None:
    from tiphub.vault.plan import SIZES

    console = Console(highlight=False, soft_wrap=True)
    console.print(
        f"What counts would tell, with {plan.columns} columns and a declared size of {plan.declared_size:,}"
        f" people (delta {plan.delta:.2g}).\n"
        "95 of 100 counts are off by no more than the ± people; beside it the same as a share of the count.\n"
    )
    table = Table("epsilon", "counts by", box=None, pad_edge=False, header_style="bold")
    for name in ("± people", *(f"of {size:,}" for size in SIZES), "releases"):
        table.add_column(name, justify="right", no_wrap=True)
    for option in plan.options:
        for place, (kind, half) in enumerate(option.half_widths.items()):
            first = place == 0
            shares = (_share(half / size) for size in SIZES)
            table.add_row(
                f"{option.epsilon:g}" if first else "",
                kind,
                f"±{half:,.0f}",
                *shares,
                str(option.releases) if first else "",
            )
    Console(highlight=False, width=max(console.width, 90)).print(table)
    chosen = min(plan.options, key=lambda option: abs(option.epsilon - 4))
    told = [_told(kind, half) for kind, half in chosen.half_widths.items()]
    console.print(
        f"\nAt epsilon {chosen.epsilon:g}, {'; '.join(told)}.\n"
        "Half the epsilon is about twice the noise. Epsilon bounds what anybody can learn from one record:\n"
        "a suspicion of 50% can grow to 73% at epsilon 1, to 88% at 2, to 98% at 4 and to certainty at 8.\n"
        f"Releases: how many the lifetime epsilon of {plan.lifetime_epsilon:g} allows if none was made yet.\n"
        "Nothing was read from the vault and nothing was spent."
    )


def _share(share: float) -> str:
    return "[dim]lost[/dim]" if share >= 1 else f"±{100 * share:.2g}%"


def _told(kind: str, half: float) -> str:
    low, high = max(1_000 - half, 0), 1_000 + half
    return f"a count of 1,000 people by {kind} is told as one of {low:,.0f} to {high:,.0f}"
