"""The command line. One file a command; each opens the rooms it needs only when it runs."""

import sys

from rich.console import Console

from tiphub.cli.app import app
from tiphub.errors import TiphubError


def main() -> None:
    """Run the command line; errors that a user can put right are printed without a traceback."""
    console = Console(stderr=True)
    try:
        app(standalone_mode=True)
    except TiphubError as error:
        console.print(f"[bold red]error:[/bold red] {_plain(error.what)}", highlight=False)
        if error.where:
            console.print(f"  where: {_plain(error.where)}", highlight=False)
        if error.do:
            console.print(f"  to do: {_plain(error.do)}", highlight=False)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        console.print("interrupted: nothing half-done was kept; run the same command again", highlight=False)
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(141)


def _plain(text: str) -> str:
    return text.replace("[", r"\[")


__all__ = ["app", "main"]
