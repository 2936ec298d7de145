"""Examples in the documentation: what a page says that one types, and what it says that one sees.

A fence of kind ``console`` is run. A line that begins with ``$ `` is a command; the lines up to the next one
are what it prints (standard output and error), in which ``...`` stands for anything, within a line or over
several. Without such lines, anything may be printed. Where a command ends with another number than 0, the
last line is ``[ends with 1]``. What cannot be run (``make``, a server) is shown in a ``text`` fence.
"""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_FENCE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ENDS = re.compile(r"\[ends with (\d+)\]")


@dataclass(frozen=True, slots=True)
class Example:
    """A command, what it is said to print (``""``: nothing is said), and what it ends with."""

    command: str
    output: str
    ends: int = 0


def examples(page: str) -> Iterator[Example]:
    """The examples of a page, in order.

    Raises:
        ValueError: a console fence begins with something else than a command.
    """
    for fence in _FENCE.findall(page):
        first, *parts = re.split(r"^\$ ", fence, flags=re.MULTILINE)
        if first.strip() or not parts:
            raise ValueError(f"a console example begins with a command ($ ...), not with {first.strip()!r}")
        yield from map(_example, parts)


def _example(part: str) -> Example:
    joined = part.replace("\\\n", " ")
    command, _, output = joined.partition("\n")
    ends = _ENDS.search(output)
    return Example(command.strip(), _ENDS.sub("", output).strip(), int(ends[1]) if ends else 0)


def run(example: Example, folder: Path) -> tuple[int, str]:
    """What it ends with and prints, in ``folder``.

    Raises:
        ValueError: the command is not tiphub's own.
    """
    program, *arguments = shlex.split(example.command)
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
