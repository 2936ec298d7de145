"""Is a ledger whole? The file is held against its own chain and against the copy in the vault."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Literal

from tiphub.vault.ledger.entry import START, Entry, read_entry

State = Literal["whole", "behind", "ahead", "broken"]


@dataclass(frozen=True)
class Report:
    """What an examination found.

    Attributes:
        entries: those of the vault's copy if there is one, else the sound start of the file.
        state: ``whole``; ``behind``: the file lacks its end, as a crash leaves it (at most the last line);
            ``ahead``: the file goes on, soundly, where the vault's copy ends; ``broken``: anything else.
        findings: what is wrong, in words; empty only if whole or behind.
        notes: what is worth knowing all the same.
        beyond: of a file that is ahead, its entries that the vault does not know of.
    """

    entries: tuple[Entry, ...]
    state: State
    findings: tuple[str, ...]
    notes: tuple[str, ...] = ()
    beyond: tuple[Entry, ...] = ()


def examine(path: Path, kept: Sequence[str] | None) -> Report:
    """Examine a ledger; nothing is written.

    Args:
        path: the ledger's file; missing is as good as empty.
        kept: the lines that the vault holds, or ``None`` if the vault cannot be asked: then only the chain is
            examined, and that the end of the file was cut off cannot be seen.
    """
    data = path.read_bytes() if path.exists() else b""
    return examine_text(data, kept)


def examine_text(data: bytes, kept: Sequence[str] | None) -> Report:
    """As `examine`, of what the file holds."""
    entries, faults = read_chain(data)
    if kept is None:
        note = "The end of the ledger was not held against the vault: what was cut off there cannot be seen."
        return Report(entries, "broken" if faults else "whole", faults, (note,))
    known, wrong = read_chain(_joined(kept))
    if wrong:
        return Report(known, "broken", tuple(f"The vault's copy: {fault}" for fault in wrong))
    whole = _joined(kept)
    if data == whole:
        return Report(known, "whole", ())
    if whole.startswith(data) and data.count(b"\n") >= len(kept) - 1:
        note = "The last entry is missing or torn, as a crash leaves it. It counts: the vault holds it."
        return Report(known, "behind", (), (note,))
    if data.startswith(whole) and not faults:
        beyond = entries[len(known) :]
        found = f"The file has {len(beyond)} more entries than the vault knows of."
        return Report(known, "ahead", (found,), beyond=beyond)
    return Report(known, "broken", tuple(_differences(data, kept)))


def _joined(lines: Sequence[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def read_chain(data: bytes) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    """The sound start of a chain, and the first thing that is wrong after it."""
    found: list[Entry] = []
    if not data:
        return (), ()
    *lines, rest = data.split(b"\n")
    for number, line in enumerate(lines, start=1):
        previous = found[-1].sha256 if found else START
        try:
            entry = read_entry(line.decode())
        except (ValueError, RecursionError) as error:
            reason = str(error) if str(error).startswith("it ") else "it is no entry"
            return tuple(found), (f"Line {number}: {reason}.",)
        if entry.number != number or entry.previous != previous:
            told = (
                f"Line {number}: it does not follow the one before: something was removed, moved or put in."
            )
            return tuple(found), (told,)
        found.append(entry)
    return tuple(found), ((f"Line {len(lines) + 1}: it is torn.",) if rest else ())


def _differences(data: bytes, kept: Sequence[str]) -> Iterator[str]:
    lines = data.split(b"\n")
    lines = lines[:-1] if lines[-1] == b"" else lines
    for number, (here, there) in enumerate(zip_longest(lines, (line.encode() for line in kept)), start=1):
        if here is None:
            yield f"From line {number} on: {len(kept) - number + 1} entries were removed."
            return
        if there is None:
            yield f"From line {number} on: there is something that the vault does not know of."
            return
        if here != there:
            yield f"Line {number}: not the entry that the vault holds: changed, moved, removed or put in."
            return
    yield "The end of the last line was changed."
