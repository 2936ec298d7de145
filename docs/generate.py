"""Write the reference pages from what they describe: the standard's data files and the command line.

python docs/generate.py            write them
python docs/generate.py --check    end with 1 and name the pages that are not up to date
"""

import sys
from pathlib import Path

from generator import cli_page, standard_pages

DOCS = Path(__file__).resolve().parent


def pages() -> dict[str, str]:
    """Every generated page: its path below ``docs/``, and its text."""
    return {**standard_pages.pages(), "reference/cli.md": cli_page.page()}


def main(arguments: list[str]) -> int:
    """Write or check; what to end with."""
    stale = []
    for name, text in pages().items():
        path = DOCS / name
        if path.exists() and path.read_text("utf-8") == text:
            continue
        stale.append(name)
        if "--check" not in arguments:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    for name in stale:
        sys.stdout.write(f"{'not up to date' if '--check' in arguments else 'written'}: docs/{name}\n")
    if stale and "--check" in arguments:
        sys.stdout.write("run: make docs\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
