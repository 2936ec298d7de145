"""What the child processes of the crash tests run; imported by them without opening anything."""

import resource
from pathlib import Path

from tiphub.errors import TiphubError
from tiphub.vault import pipeline
from tiphub.vault.hub import open_hub


def ingest(root: str, agency: str, files: list[str]) -> None:
    """Take files in."""
    pipeline.ingest(open_hub(Path(root)), agency, [Path(file) for file in files])


def ingest_with_little_disk(root: str, agency: str, file: str, limit: int, answer: str) -> None:
    """Take a file in while no file may grow beyond a limit; write down what the error says."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        ingest(root, agency, [file])
    except TiphubError as error:
        Path(answer).write_text(str(error), "utf-8")


def build(root: str) -> None:
    """Make a release."""
    pipeline.build(open_hub(Path(root)), again=True)
