"""Refuse a standard that contradicts itself, in words for the person who edits its files."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Final, get_args

from tiphub.errors import TiphubError
from tiphub.standard.model import (
    Code,
    CodeList,
    Derivation,
    Disclosure,
    Field,
    Group,
    Kind,
    Rule,
    Standard,
    Unit,
    flag_name,
)

_IDENTIFIER = re.compile(r"[A-Za-z0-9_]+")


def refuse_contradictions(standard: Standard) -> None:
    """Check that the parts of a standard fit together.

    Raises:
        TiphubError: they do not; ``where`` names the field, group or code list.
    """
    for codes in standard.code_lists.values():
        _check(codes.name, _code_list(codes))
    questions: list[Field | Group] = [*standard.fields.values(), *standard.groups.values()]
    for question in questions:
        _check(question.name, _both(standard, question))
    for field in standard.fields.values():
        _check(field.name, _field(field))
    for field in standard.fields.values():
        if field.derive is not None:
            _check(field.name, _derivation(standard, field, field.derive))
    for group in standard.groups.values():
        _check(group.name, _group(standard, group))
    _check("order.yml", _columns(standard))


def _check(where: str, complaints: Iterator[str]) -> None:
    for complaint in complaints:
        raise TiphubError(complaint, where=where)


def _code_list(codes: CodeList) -> Iterator[str]:
    if not codes.codes:
        yield "The code list is empty."
    for code, times in Counter(code.code for code in codes.codes).items():
        if times > 1:
            yield f"The code {code} stands twice in the list."
        for other in (*codes.by_code[code].merged_from, *filter(None, [codes.by_code[code].broader])):
            if other not in codes.by_code:
                yield f"The code {code} names {other}, which the list does not have."
    for one in codes.codes:
        yield from _code(codes, one)
    bounded = sorted(
        (code for code in codes.leaves if code.minimum is not None), key=lambda code: code.minimum or 0
    )
    for lower, upper in pairwise(bounded):
        if lower.maximum is None or lower.maximum >= (upper.minimum or 0):
            yield f"The codes {lower.code} and {upper.code} overlap."


def _code(codes: CodeList, code: Code) -> Iterator[str]:
    if not _IDENTIFIER.fullmatch(code.code):
        yield f"A code has letters, digits and underscores: {code.code!r} has others or none."
    if "en" not in code.label:
        yield f"The code {code.code} has no English label."
    if code.minimum is not None and code.maximum is not None and code.minimum > code.maximum:
        yield f"The code {code.code} begins at {code.minimum} and ends before it, at {code.maximum}."
    if _returns(code.code, lambda name: filter(None, [codes.by_code[name].broader])):
        yield f"The codes broader than {code.code} go round in a circle."
    if _returns(code.code, lambda name: codes.by_code[name].merged_from):
        yield f"The code {code.code} is merged from itself."


def _returns(start: str, onwards: Callable[[str], Iterable[str]]) -> bool:
    """Whether following ``onwards`` from ``start`` comes back to it."""
    seen, ahead = set[str](), list(onwards(start))
    while ahead:
        name = ahead.pop()
        if name not in seen:
            seen.add(name)
            ahead.extend(onwards(name))
    return start in seen


def _both(standard: Standard, question: Field | Group) -> Iterator[str]:
    if not _IDENTIFIER.fullmatch(question.name):
        yield "A name has letters, digits and underscores."
    if question.disclosure not in get_args(Disclosure):
        yield f"There is no disclosure class {question.disclosure}: {', '.join(get_args(Disclosure))}."
    if question.unit not in get_args(Unit):
        yield f"There is no unit {question.unit}: {', '.join(get_args(Unit))}."
    if "en" not in question.label or "en" not in question.definition:
        yield "A label and a definition in English are needed."
    if question.codes is not None and question.codes not in standard.code_lists:
        yield f"There is no code list {question.codes}."


def _field(field: Field) -> Iterator[str]:
    if field.kind not in get_args(Kind):
        yield f"There is no kind {field.kind}: {', '.join(get_args(Kind))}."
    if (field.kind == "code") != (field.codes is not None):
        yield "A field has codes exactly when its kind is code."
    if field.disclosure == "identifying" and field.published:
        yield "An identifying field can never be published."
    if field.published and field.kind in {"date", "text"}:
        yield f"A field of kind {field.kind} has no public domain of values and can never be published."
    if field.published and field.kind == "integer" and (field.minimum is None or field.maximum is None):
        yield "A whole number is published over a public range: it needs a minimum and a maximum."
    if field.kind != "integer" and (field.minimum is not None or field.maximum is not None):
        yield "Only a field of kind integer has a minimum and a maximum."
    if not isinstance(field.minimum, int | None) or not (
        isinstance(field.maximum, int | None) or field.maximum == "this_year"
    ):
        yield "The minimum and maximum are whole numbers (the maximum may be this_year)."
    elif isinstance(field.maximum, int) and field.minimum is not None and field.minimum > field.maximum:
        yield "The minimum is greater than the maximum."


def _group(standard: Standard, group: Group) -> Iterator[str]:
    if group.disclosure == "identifying":
        yield "A group's flags are published: it cannot be identifying."
    if group.requires is not None:
        others = {
            flag_name(other.name, code.code)
            for other in standard.groups.values()
            if other.name != group.name and other.codes in standard.code_lists
            for code in standard.options(other.name)
        }
        if group.requires not in others:
            yield f"Requires {group.requires}, which is no option of another group."


_FROM: Final[Mapping[str, tuple[str, ...]]] = {
    "range": ("integer",),
    "broader": ("code",),
    "year": ("date",),
    "age": ("date", "date"),
}


def _derivation(standard: Standard, field: Field, derive: Derivation) -> Iterator[str]:
    if derive.by not in get_args(Rule):
        yield f"There is no derivation {derive.by}: {', '.join(get_args(Rule))}."
    for name in derive.source:
        if name not in standard.fields:
            yield f"Derived from {name}, which is no field."
    needs, has = _FROM[derive.by], tuple(standard.fields[name].kind for name in derive.source)
    if needs != has:
        yield f"A derivation by {derive.by} is from {' and '.join(needs)}, not from {' and '.join(has)}."
    if ("code" if derive.by in {"range", "broader"} else "integer") != field.kind:
        yield f"A derivation by {derive.by} cannot give a field of kind {field.kind}."
    if _returns(field.name, lambda name: _sources(standard, name)):
        yield "Derived from itself."
    yield from _derived_codes(standard, field, derive)


def _sources(standard: Standard, name: str) -> tuple[str, ...]:
    field = standard.fields.get(name)
    return field.derive.source if field is not None and field.derive is not None else ()


def _derived_codes(standard: Standard, field: Field, derive: Derivation) -> Iterator[str]:
    if derive.by == "range" and not any(
        code.minimum is not None for code in standard.codes_of(field.name).codes
    ):
        yield "Derived by range, but no code of its list has a minimum."
    if derive.by == "broader":
        given = {code.broader for code in standard.codes_of(derive.source[0]).leaves}
        for code in sorted(given - standard.codes_of(field.name).by_code.keys(), key=str):
            yield f"Derived by broader, but {code} is not in its code list."


def _columns(standard: Standard) -> Iterator[str]:
    flags = [
        flag_name(g.name, c.code) for g in standard.groups.values() for c in standard.codes_of(g.name).codes
    ]
    for name, times in Counter([*standard.fields, *flags]).items():
        if times > 1:
            yield f"Two columns would have the name {name}."
