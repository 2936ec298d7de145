"""tiphub: an open data hub for trafficking-in-persons case data."""

from importlib.metadata import version

__version__ = version("tiphub")
