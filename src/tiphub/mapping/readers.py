"""How one column of text cells is read, as expressions in steps.

``exact`` knows the cells that are written as expected, ``keys`` prepares the others, ``parsed`` finds what
they mean, ``values`` gives the standard's columns and ``checks`` what is wrong. Each step only names what the
steps before it have put into the table, so that a long expression is written, and worked out, once.
"""

import re
from collections import abc
from dataclasses import dataclass
from typing import Protocol

import ibis
import ibis.expr.types as ir

from tiphub.mapping.text import BREAK, normalised
from tiphub.mapping.words import UNKNOWN, Words

UNMAPPED = "?"
_MANY_WORDS = 60
_FLAGS = {UNKNOWN: None, "yes": 1, "no": 0, UNMAPPED: 2}
"""Answers as numbers, which engines compare much faster than texts."""

Columns = dict[str, ir.Value]


@dataclass(frozen=True, slots=True)
class Check:
    """Something wrong: where, as a person knows the column; the cell's name in the table; why; and when.

    Without a reason, the cell itself says why.
    """

    column: str
    cell: str | None
    reason: str | None
    when: ir.BooleanValue


class Reader(Protocol):
    """Reads one column of cells."""

    @property
    def lookup(self) -> abc.Mapping[str, str]:
        """Words too many for cases: they are joined to the column ``key_<name>`` as ``found_<name>``."""

    def exact(self, cells: ir.Table) -> Columns:
        """The first step; most cells end here."""

    def keys(self, cells: ir.Table) -> Columns:
        """The second step."""

    def parsed(self, keyed: ir.Table) -> Columns:
        """The third step."""

    def values(self, parsed: ir.Table) -> Columns:
        """The fourth step: columns of the standard, null where unknown or wrong."""

    def checks(self, parsed: ir.Table) -> list[Check]:
        """What is wrong with the cell."""


def is_blank(cell: ir.StringValue) -> ir.BooleanValue:
    """Whether a cell holds nothing: null or white space."""
    return cell.isnull() | (cell.strip() == "")


@dataclass(frozen=True, slots=True)
class WordsReader:
    """A cell that holds one word of a list."""

    name: str
    cell: str
    column: str
    target: str
    words: Words
    flag: bool = False

    @property
    def lookup(self) -> abc.Mapping[str, str]:
        """See `Reader`."""
        return self.words.folded if len(self.words.folded) > _MANY_WORDS else {}

    def _code(self, code: str) -> ir.Value:
        """A code as the steps hold it; null for unknown."""
        if self.flag:
            return ibis.literal(_FLAGS[code], "int8")
        return ibis.literal(code or None, "string")

    def _left(self, table: ir.Table) -> ir.BooleanValue:
        return table[f"exact_{self.name}"] == self._code(UNMAPPED)

    def exact(self, cells: ir.Table) -> Columns:
        """See `Reader`."""
        cell = cells[self.cell]
        known = [(cell == text, self._code(code)) for text, code in self.words.exact.items()]
        empty = (cell.isnull(), self._code(UNKNOWN))
        return {f"exact_{self.name}": ibis.cases(empty, *known, else_=self._code(UNMAPPED))}

    def keys(self, cells: ir.Table) -> Columns:
        """See `Reader`: only cells that are not written as expected are normalised."""
        key = normalised(cells[self.cell])
        return {f"key_{self.name}": ibis.ifelse(self._left(cells), key, ibis.null("string"))}

    def parsed(self, keyed: ir.Table) -> Columns:
        """See `Reader`: the code, null for unknown, or ``UNMAPPED``.

        Patterns, not lists of words: engines turn long lists into joins, which cost far more.
        """
        blank = ibis.ifelse(is_blank(keyed[self.cell]), self._code(UNKNOWN), self._code(UNMAPPED))
        if self.lookup:
            found = keyed[f"found_{self.name}"]
            steps = [(found == UNKNOWN, self._code(UNKNOWN)), (found.notnull(), found)]
        else:
            key = keyed[f"key_{self.name}"]
            steps = [
                (key.re_search(_one_of(words)), self._code(code))
                for code, words in _by_code(self.words.folded).items()
            ]
        by_key = ibis.cases(*steps, else_=blank) if steps else blank
        return {f"parsed_{self.name}": ibis.ifelse(self._left(keyed), by_key, keyed[f"exact_{self.name}"])}

    def values(self, parsed: ir.Table) -> Columns:
        """See `Reader`."""
        code, unmapped = parsed[f"parsed_{self.name}"], self._code(UNMAPPED)
        if self.flag:
            return {
                self.target: ibis.ifelse(code == unmapped, ibis.null("boolean"), code == self._code("yes"))
            }
        return {self.target: code.nullif(unmapped)}

    def checks(self, parsed: ir.Table) -> list[Check]:
        """See `Reader`."""
        when = parsed[f"parsed_{self.name}"] == self._code(UNMAPPED)
        return [Check(self.column, self.cell, "is not a value that the mapping knows", when)]


@dataclass(frozen=True, slots=True)
class ManyReader:
    """A cell that holds several words of a list.

    A blank among the separators is only tried where the others leave something unknown: forms export
    ``FalsePromises DebtBondage``, people write ``False promises; Debt bondage``.
    """

    name: str
    cell: str
    column: str
    targets: abc.Mapping[str, str]
    words: abc.Mapping[str, tuple[str, ...]]
    spaced: abc.Mapping[str, tuple[str, ...]]
    separators: str
    unknown: tuple[str, ...]
    unset_is_no: bool

    @property
    def lookup(self) -> abc.Mapping[str, str]:
        """See `Reader`."""
        return {}

    def exact(self, cells: ir.Table) -> Columns:  # noqa: ARG002
        """See `Reader`: there is none."""
        return {}

    def keys(self, cells: ir.Table) -> Columns:
        """See `Reader`: each item between two breaks."""
        cell = cells[self.cell]
        unknown = [(text, ibis.null("string")) for text in dict.fromkeys(["", *self.unknown])]
        keys = {"key": self.separators.replace(" ", "")}
        if " " in self.separators:
            keys["spaced"] = self.separators
        return {
            f"{key}_{self.name}": cell.cases(*unknown, else_=_items(cell, separators))
            for key, separators in keys.items()
        }

    def parsed(self, keyed: ir.Table) -> Columns:
        """See `Reader`: the items, and whether one of them is not known."""
        items = keyed[f"key_{self.name}"]
        left = _left(items, self.words)
        if " " not in self.separators:
            return {f"items_{self.name}": items, f"left_{self.name}": left, f"spaced_{self.name}": _no(items)}
        by_space = keyed[f"spaced_{self.name}"]
        spaced = left & ~_left(by_space, self.spaced)
        return {
            f"items_{self.name}": ibis.ifelse(spaced, by_space, items),
            f"left_{self.name}": left & ~spaced,
            f"spaced_{self.name}": spaced,
        }

    def values(self, parsed: ir.Table) -> Columns:
        """See `Reader`."""
        items, spaced = parsed[f"items_{self.name}"], parsed[f"spaced_{self.name}"]
        named = {option: self._names(items, spaced, option) for option in self.targets.values()}
        if not self.unset_is_no:
            return {target: _yes_where(named[option]) for target, option in self.targets.items()}
        answered = ibis.or_(*named.values())
        return {
            target: ibis.cases((named[option], True), (answered, False), else_=ibis.null("boolean"))
            for target, option in self.targets.items()
        }

    def _names(self, items: ir.StringValue, spaced: ir.BooleanValue, option: str) -> ir.BooleanValue:
        plain = _any(items, [key for key, options in self.words.items() if option in options])
        if " " not in self.separators:
            return plain
        return ibis.ifelse(
            spaced, _any(items, [key for key, found in self.spaced.items() if option in found]), plain
        )

    def checks(self, parsed: ir.Table) -> list[Check]:
        """See `Reader`."""
        reason = "names something that the mapping does not know"
        return [Check(self.column, self.cell, reason, parsed[f"left_{self.name}"])]


def _items(cell: ir.StringValue, separators: str) -> ir.StringValue:
    inner = normalised(cell, separators).replace(BREAK, BREAK + BREAK)
    return ibis.literal(BREAK) + inner + BREAK


def _left(items: ir.StringValue, words: abc.Iterable[str]) -> ir.BooleanValue:
    known = "|".join(sorted((key.replace(BREAK, BREAK + BREAK) for key in words), key=len, reverse=True))
    rest = items.re_replace(f"{BREAK}({known}){BREAK}", "") if known else items
    return (rest.replace(BREAK, "") != "").fill_null(False)


def _any(items: ir.StringValue, keys: abc.Sequence[str]) -> ir.BooleanValue:
    if not keys:
        return _no(items)
    return ibis.or_(*(items.contains(BREAK + key.replace(BREAK, BREAK + BREAK) + BREAK) for key in keys))


def _no(like: ir.Value) -> ir.BooleanValue:
    return like.isnull() & like.notnull()


def _yes_where(named: ir.BooleanValue) -> ir.BooleanValue:
    return ibis.ifelse(named, True, ibis.null("boolean"))


def _by_code(words: abc.Mapping[str, str]) -> dict[str, list[str]]:
    return {code: [word for word in words if words[word] == code] for code in dict.fromkeys(words.values())}


def _one_of(words: abc.Iterable[str]) -> str:
    return f"^({'|'.join(map(re.escape, words))})$"
