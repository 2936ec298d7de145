"""What commands read alike: a data file with a layout, a release or a vault, and NAME=VALUE pairs."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.console import Console

from tiphub.amount import amount
from tiphub.errors import TiphubError
from tiphub.standard import Standard

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from tiphub.engine import Engine
    from tiphub.evidence.noise import MeasuredCounts
    from tiphub.release import Release
    from tiphub.vault.hub import Hub

NOT_PROTECTED = "These figures come straight from the vault: they are not protected. Do not publish them."
"""What is said beside every answer from a hub's own records."""


_OF_A_HUB = re.compile("mapping|agency|`file:")
_OF_COLUMNS = "Check that the layout is the right one."
_OF_WORDS = "Save it as CSV with commas, in UTF-8."
_OF_FILES = "Check that it is the right file, or export it again."


@dataclass(frozen=True)
class Source:
    """The columns that a source carries; if it is a release, that and under which number it holds back."""

    table: "ir.Table"
    smallest_count: int | None = None
    release: "Release | None" = None

    def noise(self, engine: "Engine") -> "MeasuredCounts | None":
        """What a release with privacy noise says of its counts; ``None`` where no noise was added."""
        from tiphub.evidence.noise import measured_counts

        return (measured_counts(self.release, engine) or None) if self.release else None


@dataclass(frozen=True)
class OwnRecords:
    """A hub and its own records."""

    hub: "Hub"
    table: "ir.Table"

    @property
    def title(self) -> str:
        """How the source is named beside figures from it."""
        return f"{self.hub.root.name}, the vault; not for publication"


def open_source(source: Path, layout: str | None, standard: Standard, engine: "Engine") -> Source:
    """Open a data file or a release; rows of a file that could not be read are told on the error stream.

    Raises:
        TiphubError: there is no such file or release, or a data file comes without a layout.
    """
    if not source.exists():
        raise TiphubError("There is no such file or release.", where=str(source))
    if source.is_dir():
        from tiphub.release import find_release, open_release

        if layout is not None:
            what = "A release has the standard's own columns: a layout is for data files."
            raise TiphubError(what, where=str(source), do="Leave --layout out.")
        release = open_release(find_release(source))
        return Source(release.records(engine), release.smallest_count, release)
    from tiphub.mapping import layout_names, open_standard

    if layout is None:
        do = f"Give --layout with one of {', '.join(layout_names())}."
        raise TiphubError("A data file is read by a layout.", where=str(source), do=do)
    with without_a_hub(layout, source):
        found = open_standard(source, layout, standard, engine)
    tell_left_out(found.left_out, layout)
    if found.quarantined:
        text = f"{amount(found.read, 'row')} read, {found.quarantined:,} set aside as unreadable."
        Console(stderr=True).print(text, highlight=False)
    return Source(found.table.select(*found.columns))


def tell_left_out(columns: Sequence[str], layout: str) -> None:
    """Say on the error stream which columns of a file were not read: they are no records, only headers."""
    if columns:
        typer.echo(f"Left out, no column of {layout}: {', '.join(columns)}.", err=True)


@contextmanager
def without_a_hub(layout: str, file: Path) -> Iterator[None]:
    """Say what is wrong with a file to somebody who reads it by a layout, without a mapping or an agency."""
    try:
        yield
    except TiphubError as error:
        of_columns = error.where == f"{layout}.yml"
        what = error.what.replace("the mapping names", f"{layout} has") if of_columns else error.what
        where = f"{file.name}, {layout}" if of_columns else error.where
        rest = [step for step in re.split(r"(?<=\.) ", error.do) if not _OF_A_HUB.search(step)]
        instead = _OF_COLUMNS if of_columns else _OF_WORDS if "`file:" in error.do else _OF_FILES
        do = " ".join(rest) or instead
        raise TiphubError(what, where=where, do=do) from None


def open_vault(source: Path, layout: str | None, standard: Standard, stack: ExitStack) -> "OwnRecords":
    """Open a hub's own records, unprotected: whoever shows figures of them says so (see `warn_unprotected`).

    They are as a release would have them: what follows from an answer is said. The vault stays open until the
    stack is closed.

    Raises:
        TiphubError: the source is no hub, a layout was given, or the vault cannot be opened.
    """
    from tiphub.evidence.implied import implied
    from tiphub.vault.hub import open_hub
    from tiphub.vault.store import Store

    if not (source / "hub.yml").is_file():
        raise TiphubError(
            "--vault reads a hub's own records, and this is no hub.",
            where=str(source),
            do="Name the hub's folder, or leave --vault out.",
        )
    if layout is not None:
        raise TiphubError(
            "A vault needs no layout: it holds records in the standard.", do="Leave --layout out."
        )
    hub = open_hub(source)
    store = stack.enter_context(Store.open(hub))
    return OwnRecords(hub, implied(store.records(), standard))


def warn_unprotected() -> None:
    """Say on the error stream that the figures which follow are of a hub's own records."""
    Console(stderr=True).print(NOT_PROTECTED, style="bold red", highlight=False)


def pairs(
    texts: list[str], kind: str = "condition", write: str = "FIELD=VALUE, such as gender=woman"
) -> Mapping[str, str]:
    """Options written NAME=VALUE, by name; ``kind`` and ``write`` say what they are to who mistypes one.

    Raises:
        TiphubError: one is written otherwise, or a name stands twice.
    """
    found: dict[str, str] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not name or not value:
            raise TiphubError(f"{text} is no {kind}.", do=f"Write {write}.")
        if name in found:
            raise TiphubError(f"{name} stands in two {kind}s.", do="Keep one of them.")
        found[name] = value
    return found
