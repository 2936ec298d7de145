"""Tables on a terminal: numbers are never cut."""

from rich.cells import cell_len
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table


def show_table(console: Console, table: Table) -> None:
    """Print a table no narrower than its columns need, even where the terminal is narrower.

    Columns that may wrap do so; what may not is told in full, on a longer line if need be.
    """
    for column in table.columns:
        if column.no_wrap:
            column.min_width = max(cell_len(str(cell)) for cell in (column.header, *column.cells))
    needed = Measurement.get(console, console.options.update(max_width=10_000), table).minimum
    wide = console if needed <= console.width else Console(width=needed, file=console.file)
    wide.print(table, highlight=False, soft_wrap=False)
