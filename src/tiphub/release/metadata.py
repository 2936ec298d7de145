"""Does a release say of itself what it has to, and do its descriptions agree?"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tiphub.errors import TiphubError
from tiphub.release.finding import Check, Finding
from tiphub.release.manifest import Manifest, read_json
from tiphub.release.schema import counted_of, is_integer, variables_of
from tiphub.standard import Standard, Variable, load_standard, variable

STATEMENT = ("method", "parameters", "unit", "protects_from", "does_not_protect_from")
"""What a statement of protection has to say."""

_AGAIN = "Ask the publisher for a release that passes its check."


@dataclass(frozen=True)
class Declared:
    """What a release declares: what its tables are held against; ``counted`` are columns of counts alone."""

    variables: tuple[Variable, ...]
    counted: tuple[Variable, ...]
    quasi_identifiers: tuple[str, ...]
    smallest_count: int | None
    records: int
    statement: Mapping[str, Any]


def check_metadata(path: Path, manifest: Manifest) -> tuple[Check, Declared | None]:
    """The data package and the codebook can be read, agree with each other and with the standard."""
    title = "The descriptions are complete and agree"
    try:
        package = read_json(path, "datapackage.json")
        codebook = read_json(path, "codebook.json")
        read_json(path, "evaluation.json")
        read_json(path, "croissant.json")
        variables = variables_of(codebook)
        own = package["tiphub"]
        declared = Declared(
            variables=variables,
            counted=counted_of(codebook),
            quasi_identifiers=tuple(map(_text, own["quasi_identifiers"])),
            smallest_count=None if own["smallest_count"] is None else _number(own["smallest_count"]),
            records=_number(own["records"]),
            statement=own["statement"] if isinstance(own.get("statement"), dict) else {},
        )
    except TiphubError as error:
        return Check("metadata", title, (Finding(error.what, file=error.where, do=error.do or _AGAIN),)), None
    except (KeyError, TypeError, ValueError) as error:
        told = f"datapackage.json lacks what a release says of itself: {str(error)[:200]}."
        return Check("metadata", title, (Finding(told, "datapackage.json", do=_AGAIN),)), None
    findings = [*_versions(package, codebook, manifest), *_quasi_identifiers(declared)]
    standard = load_standard()
    known = codebook.get("standard") == standard.version
    findings += [found for item in declared.variables if (found := _column(item, standard, known=known))]
    note = (
        "" if known else f"the codes were not held against the standard: this tiphub has {standard.version}"
    )
    return Check("metadata", title, tuple(findings), note=note), declared


def check_statement(path: Path, declared: Declared) -> Check:
    """The release says how it was protected, from what and from what not, and why that holds."""
    title = "The statement of protection is there, with its argument"
    findings = [
        Finding(f"The statement of protection does not say {item}.", "datapackage.json", do=_AGAIN)
        for item in STATEMENT
        if declared.statement.get(item) in (None, "", [])
    ]
    argument = path / "METHOD.md"
    if argument.is_symlink() or not argument.is_file() or not argument.read_bytes().strip():
        findings.append(Finding("The argument why the method holds is missing.", "METHOD.md", do=_AGAIN))
    return Check("statement", title, tuple(findings))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError(f"{value!r} is no number of people")
    return value


def _versions(package: Mapping[str, Any], codebook: Mapping[str, Any], manifest: Manifest) -> list[Finding]:
    return [
        Finding(
            f"{name} is of version {document.get('version')!r}, the manifest of {manifest.version}.",
            name,
            do=_AGAIN,
        )
        for name, document in (("datapackage.json", package), ("codebook.json", codebook))
        if document.get("version") != manifest.version
    ]


def _quasi_identifiers(declared: Declared) -> list[Finding]:
    names = {item.name for item in declared.variables}
    return [
        Finding(f"The quasi-identifier {name} is no column of the records.", "datapackage.json", do=_AGAIN)
        for name in declared.quasi_identifiers
        if name not in names
    ]


def _column(item: Variable, standard: Standard, *, known: bool) -> Finding | None:
    """What is wrong with a column: it identifies people, or (``known``: of this standard) has other codes."""
    column = standard.columns.get(item.name)
    if column is not None and (column.disclosure == "identifying" or column.kind in {"text", "date"}):
        told, do = f"{item.name} identifies people.", "Do not use this release; tell its publisher."
    elif column is None and known:
        told, do = f"{item.name} is no column of the standard.", _AGAIN
    elif (
        column is not None
        and known
        and variable(standard, item.name, years=_bounds(item)).values != item.values
    ):
        told, do = f"The codes of {item.name} are not the standard's.", _AGAIN
    else:
        return None
    return Finding(told, "codebook.json", column=item.name, do=do)


def _bounds(item: Variable) -> tuple[int, int]:
    return (int(item.values[0]), int(item.values[-1])) if is_integer(item) else (0, 0)
