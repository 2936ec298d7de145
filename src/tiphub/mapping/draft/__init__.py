"""Propose a mapping from an agency's file itself, for a person to correct."""

from dataclasses import replace

from tiphub.errors import TiphubError
from tiphub.mapping.draft.assemble import assemble
from tiphub.mapping.draft.candidates import choose, make_finder
from tiphub.mapping.draft.inherit import Fit, best_layout
from tiphub.mapping.draft.lexicon import load_lexicon
from tiphub.mapping.draft.model import Draft, Line, Unplaced
from tiphub.mapping.draft.profile import profile
from tiphub.standard import ONE_RECORD, Standard, load_standard
from tiphub.tabular import RawTable


def draft_mapping(raw: RawTable, standard: Standard) -> Draft:
    """Propose a mapping by matching column names, code lists and values.

    The text loads as a mapping. It holds no values of columns that could be about a person: only the words of
    columns that are mapped to codes, and of unplaced columns those few that stand in many rows.

    Raises:
        TiphubError: the file cannot be read on, or follows a layout of pairs.
    """
    found = profile(raw)
    finder = make_finder(load_lexicon(standard))
    profiles = {column.name: column for column in found.columns}
    fit = best_layout(finder.lexicon, frozenset(profiles))
    _refuse_pairs(raw, fit)
    chosen = choose([candidate for column in found.columns for candidate in finder.candidates(column)])
    origin = replace(raw.origin, notes=(*raw.origin.notes, *found.notes))
    return assemble(origin, profiles, finder.lexicon, chosen, fit)


def _refuse_pairs(raw: RawTable, fit: Fit | None) -> None:
    """Of pairs a victim would be a record for each perpetrator, with their age as the victim's own."""
    pairs = best_layout(load_lexicon(load_standard("pair")), frozenset(raw.columns))
    if pairs and (fit is None or pairs.share > fit.share):
        what = (
            f"The file follows {pairs.layout.name}, in which one row is {ONE_RECORD['pair']}, not a person."
        )
        raise TiphubError(
            what, where=raw.origin.name, do="Ask for a file with a row for each victim: a hub keeps people."
        )


__all__ = ["Draft", "Line", "Unplaced", "draft_mapping"]
