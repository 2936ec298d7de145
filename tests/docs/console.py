"""Examples in the documentation: what a page says that one types or edits, and what it says that one sees.

A fence of kind ``console`` is run. A line that begins with ``$ `` is a command; the lines up to the next one
are what it prints (standard output and error), in which ``...`` stands for anything, within a line or over
several. Without such lines, anything may be printed. Where a command ends with another number than 0, the
last line is ``[ends with 1]``. What cannot be run (``make``, a server) is shown in a ``text`` fence.

A fence of kind ``diff`` is made: its first line, ``--- PATH``, names a file; of what follows, the lines that
begin with a blank or ``-`` must stand there once, and those with a blank or ``+`` replace them. ``@@`` stands
between two places, ``...`` for what stays as it is. With ``+`` alone the file is new. In paths, ``*`` works
as in a shell.
"""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_FENCE = re.compile(r"^```(console|diff)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ENDS = re.compile(r"\[ends with (\d+)\]")


@dataclass(frozen=True, slots=True)
class Example:
    """A command, what it is said to print (``""``: nothing is said), and what it ends with."""

    command: str
    output: str
    ends: int = 0


@dataclass(frozen=True, slots=True)
class Edit:
    """A change that a page says to make in a file: the lines of each place before and after."""

    path: str
    places: tuple[tuple[str, str], ...]


def examples(page: str) -> Iterator[Example | Edit]:
    """The examples of a page, in order.

    Raises:
        ValueError: a console fence begins with something else than a command, or a diff names no file.
    """
    for kind, fence in _FENCE.findall(page):
        if kind == "diff":
            yield _edit(fence)
            continue
        first, *parts = re.split(r"^\$ ", fence, flags=re.MULTILINE)
        if first.strip() or not parts:
            raise ValueError(f"a console example begins with a command ($ ...), not with {first.strip()!r}")
        yield from map(_example, parts)


def _example(part: str) -> Example:
    joined = part.replace("\\\n", " ")
    command, _, output = joined.partition("\n")
    ends = _ENDS.search(output)
    return Example(command.strip(), _ENDS.sub("", output).strip(), int(ends[1]) if ends else 0)


def _edit(fence: str) -> Edit:
    head, _, rest = fence.partition("\n")
    if not head.startswith("--- "):
        raise ValueError(f"a diff begins with the file (--- PATH), not with {head!r}")
    places = []
    for hunk in re.split(r"^@@.*\n", rest, flags=re.MULTILINE):
        lines = hunk.splitlines()
        before, after = (
            "".join(f"{line[1:]}\n" for line in lines if line[:1] in {"", " ", sign}) for sign in "-+"
        )
        places.append((before, after))
    return Edit(head[4:].strip(), tuple(places))


def make(edit: Edit, folder: Path) -> None:
    """Make a change in a file of ``folder``.

    Raises:
        ValueError: no file or several files are meant, or a place does not stand in it once.
    """
    if not any(before for before, _ in edit.places):
        (folder / edit.path).write_text("".join(after for _, after in edit.places), "utf-8")
        return
    found = sorted(folder.glob(edit.path))
    if len(found) != 1:
        raise ValueError(f"{edit.path} stands for {len(found)} files")
    with found[0].open(encoding="utf-8", newline="") as file:
        text = file.read()
    for before, after in edit.places:
        pattern = "([^\n]*?)".join(re.escape(part) for part in before.split("..."))
        pattern = "^" + pattern.replace("\\\n", "\r?\n")
        places = list(re.finditer(pattern, text, re.MULTILINE))
        if len(places) != 1:
            raise ValueError(f"{edit.path} holds {len(places)} times:\n{before}")
        stays = iter(places[0].groups())
        kept = re.sub(r"\.\.\.", lambda _, stays=stays: next(stays), after)  # type: ignore[misc]
        if places[0][0].endswith("\r\n"):
            kept = kept.replace("\n", "\r\n")
        text = text[: places[0].start()] + kept + text[places[0].end() :]
    with found[0].open("w", encoding="utf-8", newline="") as file:
        file.write(text)


def _expanded(argument: str, folder: Path) -> list[str]:
    """What a shell makes of an argument with ``*``."""
    found = sorted(str(path.relative_to(folder)) for path in folder.glob(argument)) if "*" in argument else []
    return found or [argument]


def run(example: Example, folder: Path) -> tuple[int, str]:
    """What it ends with and prints, in ``folder``.

    Raises:
        ValueError: the command is not tiphub's own.
    """
    program, *words = shlex.split(example.command)
    arguments = [found for word in words for found in _expanded(word, folder)]
    if program != "tiphub":
        raise ValueError(f"only tiphub's own commands are run: show {example.command!r} in a ```text fence")
    done = subprocess.run(
        [sys.executable, "-m", "tiphub", *arguments],
        cwd=folder,
        env={**os.environ, "HOME": str(folder), "TERM": "dumb", "NO_COLOR": "1", "COLUMNS": "100"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout.decode("utf-8")


def agrees(said: str, printed: str) -> bool:
    """Whether what a page shows is what is printed; spaces at the ends of lines do not matter."""
    tidy = "\n".join(line.rstrip() for line in printed.strip().splitlines())
    pattern = ".*?".join(re.escape(part) for part in said.split("..."))
    return not said or re.fullmatch(pattern, tidy, re.DOTALL) is not None
