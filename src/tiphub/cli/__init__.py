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
_QUERY_INTERRUPTED = "Query interrupted"
"""What DuckDB makes of it while findings are counted."""


def main() -> None:
    """Run the command line; errors that a user can put right are printed without a traceback."""
    console = Console(stderr=True, soft_wrap=True)
    atexit.register(gc.freeze)  # the process ends: sorting out what points at what would take 0.2 seconds
    try:
        app(standalone_mode=True)
    except TiphubError as error:
        _tell(console, error.what, error.where, error.do)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.exit(141)
    except OSError as error:
        if error.strerror is None:
            raise
        _tell(console, error.strerror, str(error.filename or ""))
        sys.exit(1)
    except (RuntimeError, SystemExit) as ended:
        if not _interrupted(ended):
            raise
        console.print("interrupted: nothing half-done was kept; run the same command again", highlight=False)
        sys.exit(_INTERRUPTED)


def _tell(console: Console, what: str, where: str, do: str = "") -> None:
    console.print(f"[bold red]error:[/bold red] {_plain(what)}", highlight=False)
    if where:
        console.print(f"  where: {_plain(where)}", highlight=False)
    if do:
        console.print(f"  to do: {_plain(do)}", highlight=False)


def _interrupted(ended: RuntimeError | SystemExit) -> bool:
    if isinstance(ended, SystemExit):
        return ended.code == _INTERRUPTED
    return str(ended) == _QUERY_INTERRUPTED


def _plain(text: str) -> str:
    return text.replace("[", r"\[")


__all__ = ["app", "main"]
