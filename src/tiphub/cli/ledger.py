"""``tiphub ledger``: what was spent of a hub's privacy budget, and whether the record of it is whole."""

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tiphub.cli.app import app
from tiphub.errors import TiphubError

if TYPE_CHECKING:
    from tiphub.vault.hub import Hub
    from tiphub.vault.ledger import Balance, Entry, Report


_WORDS = {
    "opened": "ledger opened",
    "budget": "lifetime budget: epsilon {epsilon:g} at delta {delta:.2g}",
    "booked": "booked for {purpose}, {version} ({method})",
    "released": "booking {booking} became release {version}",
    "abandoned": "booking {booking} stays spent: {reason}",
    "mixed": "{version} ({method}) beside {beside} of another method",
    "repaired": "repaired: {found}",
}


class Format(StrEnum):
    """How the ledger is told."""

    table = "table"
    json = "json"


@app.command()
def ledger(
    hub: Annotated[Path, typer.Argument(help="The hub's folder.", metavar="HUB")],
    *,
    format_: Annotated[Format, typer.Option("--format", help="For people, or for scripts.")] = Format.table,
    sign_budget: Annotated[
        str | None,
        typer.Option(metavar='"NAME, ROLE"', help="Enter the lifetime budget of hub.yml under this name."),
    ] = None,
    repair: Annotated[
        str | None,
        typer.Option(metavar='"NAME, ROLE"', help="Put a broken ledger right, under this name."),
    ] = None,
    confirm_large_epsilon: Annotated[
        bool, typer.Option("--confirm-large-epsilon", help="A lifetime epsilon above 20 is meant.")
    ] = False,
) -> None:
    """Show the privacy ledger of a hub and verify it.

    Ends with 0 when every entry is whole and agrees with the copy in the vault, with 1 when anything is
    wrong or the vault could not be asked.
    """
    from tiphub.vault.hub import open_hub
    from tiphub.vault.spending import repair_ledger
    from tiphub.vault.spending import sign_budget as sign

    opened = open_hub(hub)
    if repair is not None:
        repair_ledger(opened, repair)
    if sign_budget is not None:
        sign(opened, sign_budget, confirmed_large_epsilon=confirm_large_epsilon)
    report, asked = _examine(opened)
    good = asked and not report.findings
    if format_ is Format.json:
        _tell_json(report, good=good)
    else:
        _tell(report, hub, good=good)
    raise typer.Exit(0 if good else 1)


def _examine(hub: "Hub") -> tuple["Report", bool]:
    """Hold the file against the vault; against itself alone if the vault cannot be opened."""
    from tiphub.vault.spending import examine_ledger
    from tiphub.vault.store import Store

    try:
        with Store.open(hub) as store:
            return examine_ledger(hub, store), True
    except TiphubError as error:
        Console(stderr=True, highlight=False, soft_wrap=True, markup=False).print(
            f"The vault could not be asked: {error.what}"
        )
        return examine_ledger(hub, None), False


def _tell(report: "Report", hub: Path, *, good: bool) -> None:
    from tiphub.vault.ledger import Balance

    console = Console(highlight=False, soft_wrap=True)
    if report.entries:
        table = Table("", "date (UTC)", "what", box=None, pad_edge=False, header_style="bold")
        for name in ("spent", "left (epsilon)"):
            table.add_column(name, justify="right")
        for number, entry in enumerate(report.entries, start=1):
            balance = Balance.of(report.entries[:number])
            when = entry.time.replace("T", " ").removesuffix("Z")
            table.add_row(str(entry.number), when, escape(_what(entry)), _spent(entry), _left(balance))
        Console(highlight=False).print(table)
        console.print()
        console.print(_summary(Balance.of(report.entries)))
    else:
        console.print("Nothing was ever spent: the ledger has no entries.")
    for note in report.notes:
        console.print(f"[yellow]note:[/yellow] {escape(note)}")
    for finding in report.findings:
        console.print(f"[red]✗[/red] {escape(finding)}")
    for entry in report.beyond:
        console.print(f"  entry {entry.number}: {escape(_what(entry))}")
    if report.findings:
        console.print(
            "[red bold]The ledger is broken.[/red bold] Find out why, and put a good copy of it back. "
            f'If there is none: tiphub ledger {escape(str(hub))} --repair "Name, role"'
        )
    elif good:
        console.print("[green bold]Every entry is whole and agrees with the vault.[/green bold]")


def _what(entry: "Entry") -> str:
    facts = {"signed_by": "", **entry.facts}
    facts["beside"] = ", ".join(facts.get("beside", ()))
    signed = f", signed by {facts['signed_by']}" if facts["signed_by"] else ""
    return _WORDS[entry.kind].format(**facts) + signed


def _spent(entry: "Entry") -> str:
    from tiphub.vault.ledger.words import amount

    return f"epsilon {amount(entry.facts['epsilon'])}" if entry.kind == "booked" else ""


def _left(balance: "Balance") -> str:
    from tiphub.vault.ledger.words import amount
    from tiphub.vault.s4_protect.dp.accounting import epsilon_for

    if balance.budget is None:
        return ""
    return amount(epsilon_for(balance.left, balance.budget.delta), down=True)


def _summary(balance: "Balance") -> str:
    from tiphub.vault.ledger.words import amount
    from tiphub.vault.s4_protect.dp.accounting import epsilon_for

    if balance.budget is None:
        return "There is no lifetime budget yet: the first release under dp sets it from hub.yml."
    delta = balance.budget.delta
    spent, lifetime = balance.spent, balance.budget
    return "\n".join(
        (
            f"lifetime  rho {amount(lifetime.rho)}, epsilon {lifetime.epsilon:g} at delta {delta:.2g}",
            f"spent     rho {amount(spent)}, all together epsilon {amount(epsilon_for(spent, delta))}",
            f"left      rho {amount(balance.left, down=True)}, one more release of epsilon {_left(balance)}",
            "[dim]Rho adds up; epsilons do not.[/dim]",
        )
    )


def _tell_json(report: "Report", *, good: bool) -> None:
    from tiphub.vault.ledger import Balance
    from tiphub.vault.s4_protect.dp.accounting import epsilon_for

    balance = Balance.of(report.entries)
    document: dict[str, Any] = {
        "good": good,
        "state": report.state,
        "findings": list(report.findings),
        "notes": list(report.notes),
        "balance": {"spent_rho": str(balance.spent), "left_rho": str(balance.left)},
        "entries": [json.loads(entry.line) for entry in report.entries],
        "beyond": [json.loads(entry.line) for entry in report.beyond],
    }
    if balance.budget:
        delta = balance.budget.delta
        document["balance"] |= {
            "lifetime_rho": str(balance.budget.rho),
            "lifetime_epsilon": balance.budget.epsilon,
            "delta": delta,
            "spent_epsilon": epsilon_for(balance.spent, delta),
            "left_epsilon": epsilon_for(balance.left, delta),
        }
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False))
