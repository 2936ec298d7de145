"""What the settings in ``hub.yml`` can be; what they cannot is refused with what to write instead."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any

from tiphub.errors import TiphubError

METHODS = ("dp", "k_anonymity")
"""How a release can protect people; ``vault/protection.py`` makes them."""

_FIRST_YEAR = 1900
_YEARS_AHEAD = 50
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?")
_CREATIVE_COMMONS = re.compile(r"CC-BY(-NC)?(-SA|-ND)?-(1\.0|2\.0|2\.5|3\.0|4\.0)(-[A-Z]{2,3})?")
_LICENCES = (
    *("CC-BY-4.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0", "CC-BY-ND-4.0", "CC-BY-NC-SA-4.0", "CC-BY-NC-ND-4.0"),
    *("CC-BY-3.0-IGO", "CC0-1.0", "CC-PDDC", "ODbL-1.0", "ODC-By-1.0", "PDDL-1.0"),
    *("CDLA-Permissive-1.0", "CDLA-Permissive-2.0", "CDLA-Sharing-1.0", "C-UDA-1.0", "O-UDA-1.0"),
    *("OGL-UK-1.0", "OGL-UK-2.0", "OGL-UK-3.0", "OGL-Canada-2.0", "etalab-2.0"),
    *("DL-DE-BY-2.0", "DL-DE-ZERO-2.0", "NLOD-1.0", "NLOD-2.0", "OGDL-Taiwan-1.0"),
)
"""SPDX's names of licences that are made for data, or used for them."""


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


_Test = Callable[[Any], bool]
_SHAPES: dict[str, tuple[_Test, str]] = {
    "years": (
        lambda value: (
            isinstance(value, list) and len(value) == 2 and all(type(item) is int for item in value)
        ),
        "Write a first and a last year, without quotes, such as [2002, 2026].",
    ),
    "declared_size": (
        lambda value: value is None or (type(value) is int and value > 0),
        "Write a whole number above 0, without quotes, such as 5000.",
    ),
    "k": (lambda value: type(value) is int and value >= 2, "Write a whole number, at least 2; 11 is usual."),
    "languages": (_texts, "Write a list, such as [en, fr]."),
    "columns": (_texts, "Write a list, such as [gender, citizenship]."),
    "quasi_identifiers": (_texts, "Write a list, such as [gender, citizenship]."),
}
_TEXT: tuple[_Test, str] = (
    lambda value: value is None or isinstance(value, str),
    'Write one text, in quotes if it looks like a number, a date, or yes or no: "2026".',
)


def shaped(key: str, value: object, where: str) -> Any:
    """The value of a setting of a hub or of its releases, lists as tuples, no text as an empty one.

    Raises:
        TiphubError: the setting cannot have this value.
    """
    good, do = _SHAPES.get(key, _TEXT)
    if not good(value):
        raise TiphubError(f"'{key}' cannot be {value!r}.", where=where, do=do)
    if key in _CHECKS:
        _CHECKS[key]("" if value is None else value, where)
    if isinstance(value, list):
        return tuple(value)
    return "" if value is None and key not in _SHAPES else value


def number(key: str, value: object, where: str) -> Any:
    """The value of a privacy setting; YAML reads 1e-6 as text.

    Raises:
        TiphubError: the setting cannot have this value.
    """
    if key == "delta" and value in (None, "auto"):
        return None
    try:
        found = float(value) if isinstance(value, int | float | str) and type(value) is not bool else None
    except (ValueError, OverflowError):
        found = None
    if found is None:
        hint = "It is a number, or auto." if key == "delta" else "It is a number."
        raise TiphubError(f"'{key}' cannot be {value!r}.", where=where, do=hint)
    if key == "models_share" and not 0 < found < 1:
        raise TiphubError(
            f"models_share cannot be {found:g}: it is the part of the budget that the declared models spend.",
            where=where,
            do="Choose a number above 0 and below 1, such as 0.1.",
        )
    return found


def check_years(first: int, last: int, where: str) -> None:
    """Refuse years that cannot be the first and the last one that may be told.

    Raises:
        TiphubError: they stand the other way round, or are years that no record has.
    """
    latest = datetime.now(UTC).year + _YEARS_AHEAD
    if not _FIRST_YEAR <= first <= last <= latest:
        raise TiphubError(
            f"{first} to {last} is no range of years.",
            where=where,
            do=f"Write a first and a last year, from {_FIRST_YEAR} to {latest}.",
        )


def check_licence(written: str, where: str) -> None:
    """Refuse what names no licence: neither by SPDX, nor by its address, nor in words.

    Raises:
        TiphubError: it is a single word that is no such name, or a known name written otherwise.
    """
    if written in _LICENCES or _CREATIVE_COMMONS.fullmatch(written):
        return
    known = {name.casefold(): name for name in _LICENCES}
    folded = "-".join(written.casefold().split())
    in_words = " " in written.strip() or written.startswith(("https://", "http://", "LicenseRef-"))
    near = get_close_matches(folded, known, 1, cutoff=1.0 if in_words else 0.6)
    if in_words and not near:
        return
    raise TiphubError(
        f"'{written}' is no licence that is known." if written.strip() else "The licence is empty.",
        where=where,
        do=(f"Did you mean '{known[near[0]]}'? " if near else "")
        + "Write an SPDX name such as CC-BY-4.0 or ODbL-1.0, or another licence's address (https://...).",
    )


def _check_languages(written: Sequence[str], where: str) -> None:
    for name in written:
        if not _LANGUAGE.fullmatch(name):
            raise TiphubError(
                f"'{name}' is no code of a language.",
                where=where,
                do="Write codes of two or three letters (ISO 639), such as [en, fr, es, ar].",
            )


def _check_method(written: str, where: str) -> None:
    if written not in METHODS:
        near = get_close_matches(written.casefold(), METHODS, 1)
        raise TiphubError(
            f"There is no protection method '{written}'.",
            where=where,
            do=f"Did you mean '{near[0]}'?" if near else f"There are: {', '.join(METHODS)}.",
        )


_CHECKS: dict[str, Callable[[Any, str], None]] = {
    "years": lambda value, where: check_years(value[0], value[1], where),
    "languages": _check_languages,
    "licence": check_licence,
    "method": _check_method,
}
