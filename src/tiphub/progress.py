"""Progress of long work, told to whoever listens: a terminal, a log, nobody."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import (
    Progress as RichProgress,
)


class Task(Protocol):
    """One stage under way."""

    def advance(self, rows: int) -> None:
        """Tell that so many more rows are done."""


class Progress(Protocol):
    """Listens to the stages of long work."""

    def stage(self, name: str, total: int | None = None) -> AbstractContextManager[Task]:
        """Announce a stage of ``total`` rows (``None``: not known beforehand)."""


class _NoTask:
    def advance(self, rows: int) -> None:
        pass


class Silent:
    """A listener that shows nothing: for libraries and tests."""

    @contextmanager
    def stage(self, name: str, total: int | None = None) -> Iterator[Task]:  # noqa: ARG002
        """Run a stage without showing it."""
        yield _NoTask()


class _RichTask:
    def __init__(self, progress: RichProgress, identity: int) -> None:
        self._progress = progress
        self._identity = identity

    def advance(self, rows: int) -> None:
        self._progress.advance(self._identity, rows)  # type: ignore[arg-type]


class Terminal:
    """Stages, how far they are, time gone and left: on standard error, a line each if it is no terminal."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(stderr=True)

    @contextmanager
    def stage(self, name: str, total: int | None = None) -> Iterator[Task]:
        """Show a stage while it runs and leave its last line standing."""
        bar = RichProgress(
            SpinnerColumn(finished_text="[green]✓[/green]"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(compact=True),
            console=self.console,
        )
        with bar:
            identity = bar.add_task(name, total=total)
            try:
                yield _RichTask(bar, identity)
            except BaseException:
                bar.live.transient = True
                raise
            done = bar.tasks[0].completed
            bar.update(identity, total=done or 1, completed=done or 1)
