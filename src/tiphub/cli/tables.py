"""Tables on a terminal: numbers are never cut."""

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table


def show_table(console: Console, table: Table) -> None:
    """Print a table no narrower than its columns need, even where the terminal is narrower.

    Columns that may wrap do so; what may not is told in full, on a longer line if need be.
    """
    needed = Measurement.get(console, console.options.update(max_width=10_000), table).minimum
    wide = console if needed <= console.width else Console(width=needed, file=console.file)
    wide.print(table, highlight=False, soft_wrap=False)
