"""The row that names the columns: find it, clean its cells, refuse what is no header."""

from collections import Counter
from collections.abc import Sequence

from tiphub.errors import TiphubError
from tiphub.tabular.model import DEFECT, ROW


def find_header(rows: Sequence[Sequence[str]]) -> int:
    """The position of the header among the first rows: the first of words that is about as wide as the table.

    A title above the table fills one cell or two; a header fills nearly as many as the widest row there is,
    and none with a number. Where no row is like that, the first that is filled at all is taken.

    >>> find_header([["Cases of 2019", "", ""], ["", "", ""], ["no", "age", "country"], ["1", "17", ""]])
    2
    """
    filled = [sum(1 for cell in row if cell.strip()) for row in rows]
    widest = max(filled, default=0)
    for position, row in enumerate(rows):
        wide = filled[position] >= 0.6 * widest or (position == 0 and filled[position] > 2)
        if widest and wide and not any(_is_number(cell) for cell in row):
            return position
    return next((position for position, count in enumerate(filled) if count), 0)


def _is_number(cell: str) -> bool:
    return cell.strip().replace(".", "", 1).replace(",", "", 1).isdecimal()


def clean_header(cells: Sequence[str], *, where: str) -> tuple[str, ...]:
    """Column names without the blanks around them; a column without a name is called by its place.

    Raises:
        TiphubError: there are no names, or one stands twice.
    """
    names = [" ".join(cell.replace("\ufeff", "").split()) for cell in cells]
    if not any(names):
        raise TiphubError("The header row names no column.", where=where, do="Say which row is the header.")
    names = [name or f"column_{place}" for place, name in enumerate(names, start=1)]
    refuse_repeats(names, where=where)
    for name in names:
        if name in (ROW, DEFECT):
            raise TiphubError(f"A column may not be called {name!r}: tiphub uses this name.", where=where)
        if "\ufffd" in name or "\x00" in name:
            raise TiphubError(
                f"The name of column {names.index(name) + 1} has characters that cannot be read.",
                where=where,
                do="Declare the file's encoding, as in `file: {encoding: windows-1252}`.",
            )
    return tuple(names)


def refuse_repeats(names: Sequence[str], *, where: str) -> None:
    """Refuse names that differ in nothing, or in capitals only."""
    counts = Counter(name.lower() for name in names)
    for lowered, count in counts.items():
        if count > 1:
            places = [str(place) for place, name in enumerate(names, start=1) if name.lower() == lowered]
            name = next(name for name in names if name.lower() == lowered)
            raise TiphubError(
                f"The column {name!r} stands {'twice' if count == 2 else f'{count} times'}: "
                f"in columns {', '.join(places[:-1])} and {places[-1]}.",
                where=where,
                do="Rename or remove one of them; which of the two counts cannot be guessed.",
            )


def repeats_header(header: Sequence[str], row: Sequence[str]) -> bool:
    """Whether a row says the header again in other words, as the HTCDS template's row of labels does.

    The order may differ, and names may carry a prefix: ``prs_FirstName`` and ``First Name`` are alike.

    >>> repeats_header(["prs_FirstName", "prs_Gender"], ["First Name", "Gender"])
    True
    >>> repeats_header(["first_name", "gender"], ["Ana", "woman"])
    False
    """
    names = {_plain(name) for name in header} | {_plain(name.partition("_")[2]) for name in header}
    labels = [_plain(cell) for cell in row if cell.strip()]
    known = sum(1 for label in labels if label in names)
    distinct = {label for label in labels if not label.isdecimal()}
    return (
        len(distinct) >= max(2, 0.6 * len(header))
        and known >= 0.6 * len(labels)
        and len(distinct) == len(labels)
    )


def _plain(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum())
