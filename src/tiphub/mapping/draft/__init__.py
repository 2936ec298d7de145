"""Propose a mapping from an agency's file itself, for a person to correct."""

from tiphub.mapping.draft.assemble import assemble
from tiphub.mapping.draft.candidates import choose, make_finder
from tiphub.mapping.draft.inherit import best_layout
from tiphub.mapping.draft.lexicon import load_lexicon
from tiphub.mapping.draft.model import Draft, Line, Unplaced
from tiphub.mapping.draft.profile import profile
from tiphub.standard import Standard
from tiphub.tabular import RawTable


def draft_mapping(raw: RawTable, standard: Standard) -> Draft:
    """Propose a mapping by matching column names, code lists and values.

    The text loads as a mapping. It holds no values of columns that could be about a person: only the words of
    columns that are mapped to codes, and of unplaced columns those few that stand in many rows.

    Raises:
        TiphubError: the file cannot be read on.
    """
    found = profile(raw)
    finder = make_finder(load_lexicon(standard))
    profiles = {column.name: column for column in found}
    fit = best_layout(finder.lexicon, frozenset(profiles))
    chosen = choose([candidate for column in found for candidate in finder.candidates(column)])
    return assemble(raw.origin, profiles, finder.lexicon, chosen, fit)


__all__ = ["Draft", "Line", "Unplaced", "draft_mapping"]
