"""In an environment with ``tiphub[portal]`` only: serve a release, and find no vault."""

import importlib
import sys
from pathlib import Path

from fastapi.testclient import TestClient

from tiphub.portal import create_app

client = TestClient(create_app(Path(sys.argv[1])))
for page in ("/", "/dashboard", "/data", "/methods"):
    answer = client.get(page)
    assert answer.status_code == 200, (page, answer.status_code)
loaded = [name for name in sys.modules if name.startswith("tiphub.vault")]
assert not loaded, f"the portal loaded {loaded}"
try:
    importlib.import_module("tiphub.vault")
except ImportError as refused:
    print(f"portal alone: pages served; the vault says: {refused}")
else:
    sys.exit("tiphub.vault can be imported without the vault extra")
