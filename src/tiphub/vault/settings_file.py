"""Read a YAML file of settings, or refuse it in words that whoever wrote it can act on."""

from pathlib import Path
from typing import Any

import yaml

from tiphub.errors import TiphubError
from tiphub.mapping.document import parse


def read_settings(path: Path) -> Any:
    """What a settings file says, as YAML understands it; an empty file says ``{}``.

    Raises:
        FileNotFoundError, NotADirectoryError: there is no such file.
        TiphubError: it cannot be read, is not UTF-8 or not YAML, or a key stands twice.
    """
    where = str(path)
    try:
        text = path.read_text("utf-8-sig")
    except IsADirectoryError:
        do = f"Put a file named {path.name} in its place."
        raise TiphubError(f"{path.name} is a folder.", where=where, do=do) from None
    except PermissionError:
        do = "Change its permissions."
        raise TiphubError(f"{path.name} may not be read.", where=where, do=do) from None
    except UnicodeDecodeError:
        raise TiphubError(f"{path.name} is not UTF-8 text.", where=where, do="Save it as UTF-8.") from None
    parse(text, where)  # refuses doubled keys, which YAML's own loader passes over
    try:
        return yaml.safe_load(text) or {}
    except (yaml.YAMLError, ValueError) as error:  # such as the 30th of February
        reason = getattr(error, "problem", None) or error
        do = "Put a text in quotes that looks like a date or a number."
        raise TiphubError(f"YAML cannot read what stands here: {reason}.", where=where, do=do) from None
