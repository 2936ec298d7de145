"""The check that commands make before they begin: no story of the portal has a number typed by hand."""

from tiphub.standard import load_standard


def check_stories() -> None:
    """Refuse to go on while a story cannot be told; without the portal there are none to tell.

    Raises:
        TiphubError: what is wrong with a story, its file and line, and what to do.
    """
    try:
        from tiphub.portal.stories.story import stories
    except ModuleNotFoundError:
        return
    stories(load_standard())
