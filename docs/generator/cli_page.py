"""The command line's reference page, from the commands themselves."""

import inspect
from collections.abc import Iterator
from enum import Enum
from typing import Any

import typer

from tiphub.cli import app

INTRODUCTION = """\
# The command line

<!-- Written by docs/generate.py from the commands themselves: edit the commands, then run `make docs`. -->

Every command ends with 0 when it did what it was asked, and with another number when it did not. Errors say
what is wrong, where, and what to do. `tiphub --version` tells the version; `tiphub COMMAND --help` shows what
stands here.
"""


def page() -> str:
    """The page as Markdown: one heading a command."""
    parts = [INTRODUCTION]
    found = dict(commands(typer.main.get_command(app), "tiphub"))
    parts.append(
        "\n".join(f"- [`{name}`](#{name.replace(' ', '-')}): {_first_line(it)}" for name, it in found.items())
    )
    parts.extend(_section(name, command) for name, command in found.items())
    return "\n\n".join(part.strip() for part in parts) + "\n"


def commands(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Every command that does something, by what one types."""
    below = getattr(command, "commands", None)
    if below is None:
        yield name, command
    for word in sorted(below or ()):
        yield from commands(below[word], f"{name} {word}")


def _section(name: str, command: Any) -> str:
    arguments = [it for it in command.params if it.param_type_name == "argument"]
    options = [it for it in command.params if it.param_type_name == "option" and it.name != "help"]
    usage = " ".join([name, *(["[OPTIONS]"] if options else []), *map(_placeholder, arguments)])
    lines = [f"## `{name}`", "", inspect.cleandoc(command.help or ""), "", "```text", usage, "```"]
    for title, some in (("argument", arguments), ("option", options)):
        if some:
            lines += ["", f"| {title} | |", "| --- | --- |", *(_row(it) for it in some)]
    return "\n".join(lines)


def _row(parameter: Any) -> str:
    said = " ".join((parameter.help or "").split())
    if choices := _choices(parameter):
        said += f" One of {', '.join(f'`{choice}`' for choice in choices)}."
    if (default := _default(parameter)) is not None:
        said += f" Default: `{default}`."
    if parameter.param_type_name == "argument":
        name = f"`{_placeholder(parameter)}`"
    else:
        said += " Needed." if parameter.required else ""
        name = ", ".join(f"`{word}`" for word in [*parameter.opts, *parameter.secondary_opts])
        name += "" if parameter.is_flag else f" {_metavar(parameter)}"
    return "| " + " | ".join(cell.strip().replace("|", r"\|") for cell in (name, said)) + " |"


def _placeholder(parameter: Any) -> str:
    name = _metavar(parameter)
    if parameter.nargs == -1:
        name = name.removesuffix("...") + "..."
    return name if parameter.required else f"[{name}]"


def _metavar(parameter: Any) -> str:
    return str(parameter.metavar or parameter.name.strip("_").upper())


def _choices(parameter: Any) -> list[str]:
    annotation = parameter.type_descriptor.annotation
    is_choice = isinstance(annotation, type) and issubclass(annotation, Enum)
    return [str(choice.value) for choice in annotation] if is_choice else []


def _default(parameter: Any) -> str | None:
    value = parameter.default
    if value is None or value == "" or value is False or callable(value) or isinstance(value, list | tuple):
        return None
    if value is True:
        return str(parameter.opts[0])
    return str(value.value if isinstance(value, Enum) else value)


def _first_line(command: Any) -> str:
    return inspect.cleandoc(command.help or "").split("\n\n")[0].replace("\n", " ")
