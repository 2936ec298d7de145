"""Where findings are answered for the portal: each once for a release, then remembered."""

import logging
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property
from threading import Event

from tiphub.evidence.findings import Result, answer
from tiphub.portal.catalog import Catalog, Release
from tiphub.portal.errors import OutOfOrderError
from tiphub.portal.stories.story import Stories, Story, Words, read_stories, words
from tiphub.standard import Standard

_Key = tuple[object, ...]
_LOG = logging.getLogger(__name__)


class Desk:
    """Findings of the catalog's releases. It remembers figures that the portal shows, no records.

    Findings are answered one by one, each in its turn: pages that are asked for meanwhile wait for one
    finding, not for a story.
    """

    def __init__(self, catalog: Catalog, standard: Standard) -> None:
        self._catalog = catalog
        self.standard = standard
        self._answers: dict[_Key, Result] = {}
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="stories")
        self._stopped = Event()

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
        for name in wanted:
            if keys[name] in self._answers:
                continue
            with self._catalog.source(release, self.standard) as source:
                if keys[name] not in self._answers:
                    self._answers[keys[name]] = answer(self.words.findings[name], source, self.standard)
        return {name: self._answers[keys[name]] for name in wanted}

    def prepare(self) -> Future[None]:
        """Begin with the newest release's stories, before anybody asks for them."""
        return self._worker.submit(self._begin)

    def close(self) -> None:
        """Begin nothing more."""
        self._stopped.set()
        self._worker.shutdown(wait=False, cancel_futures=True)

    def _begin(self) -> None:
        for release in self._catalog.look().releases[:1]:
            for story in self.stories.whole.values():
                for name in story.findings:
                    if self._stopped.is_set():
                        return
                    self.answer(release, [name])
