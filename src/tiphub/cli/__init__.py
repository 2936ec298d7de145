"""The command line: one file a command.

Every module of this package is imported, in alphabetical order, and adds its command with ``@app.command()``
(``@agency.command()`` for what is done with one agency; both from `tiphub.cli.app`). A new command is a new
file; nothing else is touched. Rooms such as the vault or the portal are imported inside the function, so that
``tiphub --help`` is quick and an installation without an extra still has the other commands.
"""

import atexit
import gc
import sys
from importlib import import_module
from pkgutil import iter_modules

from rich.console import Console

from tiphub.cli.app import app
from tiphub.errors import TiphubError

for _module in sorted(module.name for module in iter_modules(__path__)):
    import_module(f"{__name__}.{_module}")

_INTERRUPTED = 130
"""What Typer makes of Ctrl-C."""


def main() -> None:
    """Run the command line; errors that a user can put right are printed without a traceback."""
    console = Console(stderr=True, soft_wrap=True)
    atexit.register(gc.freeze)  # the process ends: sorting out what points at what would take 0.2 seconds
    try:
        app(standalone_mode=True)
    except TiphubError as error:
        console.print(f"[bold red]error:[/bold red] {_plain(error.what)}", highlight=False)
        if error.where:
            console.print(f"  where: {_plain(error.where)}", highlight=False)
        if error.do:
            console.print(f"  to do: {_plain(error.do)}", highlight=False)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.exit(141)
    except OSError as error:
        if error.strerror is None:
            raise
        console.print(f"[bold red]error:[/bold red] {_plain(error.strerror)}", highlight=False)
        if error.filename:
            console.print(f"  where: {_plain(str(error.filename))}", highlight=False)
        sys.exit(1)
    except SystemExit as ended:
        if ended.code == _INTERRUPTED:
            console.print(
                "interrupted: nothing half-done was kept; run the same command again", highlight=False
            )
        raise


def _plain(text: str) -> str:
    return text.replace("[", r"\[")


__all__ = ["app", "main"]
