"""The quality report that goes back to an agency: a page to read, and its quarantine to put right.

Both quote cells of the agency's file, and are as sensitive as the file itself.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from tiphub.engine import speaking
from tiphub.errors import TiphubError
from tiphub.mapping import Mapping
from tiphub.vault.agencies import Agency
from tiphub.vault.s2_harmonise.quality import SHOWN, Quality
from tiphub.vault.s2_harmonise.quarantine import write_quarantine
from tiphub.vault.store import Contribution, Store


def write_report(store: Store, contribution: Contribution, mapping: Mapping, agency: Agency) -> Path:
    """Write ``report.html`` and, while rows are in quarantine, ``quarantine.csv``.

    Returns:
        The report's folder, ``agencies/<name>/reports/<contribution>/``.

    Raises:
        TiphubError: the disk is full, or the folder cannot be written to.
    """
    folder = agency.reports / contribution.name
    with _writing(folder):
        _write(store, contribution, mapping, agency, folder)
    return folder


def try_reports(agency: Agency) -> None:
    """Make sure that reports can be written, before anything is changed that there would be one of.

    Raises:
        TiphubError: they cannot.
    """
    with _writing(agency.reports):
        agency.reports.mkdir(mode=0o700, exist_ok=True)
        with TemporaryFile(dir=agency.reports):
            pass


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Turn what keeps a report from being written into words."""
    try:
        with speaking(str(folder)):
            yield
    except OSError as error:
        raise TiphubError(
            f"The agency's reports cannot be written: {error.strerror or error}.",
            where=str(error.filename or folder),
            do="Put that right (is the folder yours to write to?), then run the same command again.",
        ) from None


def _write(store: Store, contribution: Contribution, mapping: Mapping, agency: Agency, folder: Path) -> None:
    agency.reports.mkdir(mode=0o700, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    csv = folder / "quarantine.csv"
    with _private(csv) as stream:
        held = write_quarantine(store, contribution, mapping, stream)
    if not held:
        csv.unlink()
    quality = Quality.of_data(contribution.quality)
    page = _template().render(
        agency=agency,
        contribution=contribution,
        origin=contribution.origin,
        quality=quality,
        held=held,
        shown=SHOWN,
        labels=_labels(store),
    )
    with _private(folder / "report.html") as stream:
        stream.write(page)


def _labels(store: Store) -> dict[str, str]:
    fields = {name: item.label["en"] for name, item in store.standard.fields.items()}
    return fields | {name: item.label["en"] for name, item in store.standard.groups.items()}


def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("tiphub.vault.s2_harmonise"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["n"] = lambda number: f"{number:,}"
    environment.filters["share"] = _share
    return environment.get_template("report.html")


def _share(part: int, whole: int) -> str:
    """A share that never says 0% or 100% of what is not none or all.

    >>> _share(1, 10_000), _share(9_999, 10_000), _share(1, 3), _share(0, 5)
    ('under 0.1%', 'over 99.9%', '33.3%', '0%')
    """
    if part in {0, whole}:
        return "100%" if part else "0%"
    percent = 100 * part / whole
    return "under 0.1%" if percent < 0.1 else "over 99.9%" if percent > 99.9 else f"{percent:.1f}%"


@contextmanager
def _private(path: Path) -> Iterator[IO[str]]:
    """A text file that only this user may read, put in its place when it is whole."""
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(
        os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8", newline=""
    ) as out:
        yield out
    part.replace(path)
