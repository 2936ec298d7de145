"""One line of the ledger: what happened, chained to the line before it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, get_args

Kind = Literal["opened", "budget", "booked", "released", "abandoned", "mixed", "repaired"]
KINDS: tuple[str, ...] = get_args(Kind)
START = "0" * 64
"""What stands where the first entry would name the one before it."""

_FACTS: Mapping[str, tuple[str, ...]] = {
    "opened": ("format",),
    "budget": ("rho", "epsilon", "delta"),
    "booked": ("method", "rho", "epsilon", "delta", "purpose", "version"),
    "released": ("booking", "version", "manifest"),
    "abandoned": ("booking", "reason"),
    "mixed": ("method", "version", "beside", "signed_by"),
    "repaired": ("found", "signed_by"),
}
"""What an entry of each kind has to say."""

_FRAME = ("number", "time", "kind", "previous", "sha256")


@dataclass(frozen=True)
class Entry:
    """One entry.

    Attributes:
        number: 1 for the first.
        time: UTC, as ``2026-11-21T21:30:00Z``.
        kind: what happened.
        facts: what else is to say of it, as JSON carries it.
        previous: the SHA-256 of the entry before.
    """

    number: int
    time: str
    kind: Kind
    facts: Mapping[str, Any]
    previous: str

    @property
    def sha256(self) -> str:
        """The SHA-256 of the entry's text without the sum itself; the next entry holds it."""
        return hashlib.sha256(_text(self._body()).encode()).hexdigest()

    @property
    def line(self) -> str:
        """The entry as it stands in the file, without the line's end."""
        return _text(self._body() | {"sha256": self.sha256})

    def _body(self) -> dict[str, Any]:
        head = {"number": self.number, "time": self.time, "kind": self.kind}
        return head | dict(self.facts) | {"previous": self.previous}


def read_entry(line: str) -> Entry:
    """The entry of a line, exactly as it was written.

    Raises:
        ValueError: the line is no entry, does not say what one of its kind has to, gives budget back, or was
            changed: it is not the text that its sum was taken of.
    """
    found = json.loads(line)
    if not isinstance(found, dict) or any(key not in found for key in _FRAME):
        raise ValueError("it is no entry")
    if type(found["number"]) is not int or found["kind"] not in KINDS:
        raise ValueError("it is no entry that this version knows")
    facts = {key: value for key, value in found.items() if key not in _FRAME}
    if any(key not in facts for key in _FACTS[found["kind"]]):
        raise ValueError("it does not say what an entry of its kind has to")
    if "rho" in facts and not _above_zero(facts["rho"]):
        raise ValueError("it has no amount above 0")
    entry = Entry(found["number"], str(found["time"]), found["kind"], facts, str(found["previous"]))
    if entry.line != line:
        raise ValueError("it was changed: its SHA-256 does not match")
    return entry


def _above_zero(rho: object) -> bool:
    try:
        return isinstance(rho, str) and Fraction(rho) > 0
    except (ValueError, ZeroDivisionError):
        return False


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, allow_nan=False)
