"""Where findings are answered for the portal: each once for a release, then remembered."""

import logging
from collections.abc import Iterable, Mapping
from functools import cached_property

from tiphub.evidence.findings import Result, answer
from tiphub.portal.catalog import Catalog, Release
from tiphub.portal.errors import OutOfOrderError
from tiphub.portal.stories.story import Stories, Story, Words, read_stories, words
from tiphub.standard import Standard

_Key = tuple[object, ...]
_LOG = logging.getLogger(__name__)


class Desk:
    """Findings of the catalog's releases. It remembers figures that the portal shows, no records."""

    def __init__(self, catalog: Catalog, standard: Standard) -> None:
        self._catalog = catalog
        self.standard = standard
        self._answers: dict[_Key, Result] = {}

    @cached_property
    def words(self) -> Words:
        """What stories may name."""
        return words(self.standard)

    @cached_property
    def stories(self) -> Stories:
        """The stories; what is wrong with a broken one is logged, for visitors can do nothing about it."""
        found = read_stories(self.standard)
        for name, error in found.broken.items():
            _LOG.error("the story %s cannot be told: %s", name, error)
        return found

    def story(self, name: str) -> Story | None:
        """A story, or nothing if there is none of that name.

        Raises:
            OutOfOrderError: there is one, and it is broken.
        """
        if name in self.stories.broken:
            raise OutOfOrderError
        return self.stories.whole.get(name)

    def answer(self, release: Release, names: Iterable[str]) -> Mapping[str, Result]:
        """What a release says to these findings, by name."""
        wanted = list(names)
        keys = {name: (release.path, release.files, name) for name in wanted}
        if missing := [name for name in wanted if keys[name] not in self._answers]:
            with self._catalog.source(release, self.standard) as source:
                for name in missing:
                    found = answer(self.words.findings[name], source, self.standard)
                    self._answers[keys[name]] = found
        return {name: self._answers[keys[name]] for name in wanted}
