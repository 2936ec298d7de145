# Two promises: `make demo` and `make test`, from nothing but Python 3.11, git and make.
PYTHON ?= python3.11
ARGS ?=
BIN := .venv/bin

.PHONY: demo test setup lint bench docs lock clean

demo: setup
	$(BIN)/tiphub demo $(ARGS)

# Tests run side by side, so each keeps to one thread of linear algebra.
test: setup lint
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --dist worksteal

setup: .venv/ready

.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-virtualenv -r requirements.lock
	$(BIN)/python -m pip install --quiet --require-virtualenv --no-deps --no-build-isolation --editable .
	touch $@

lint: setup
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup
	$(BIN)/python bench/intake.py

docs: setup
	$(BIN)/python docs/generate.py

# Names and versions only: no hashes of one index, no addresses.
lock:
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
	  --python-version 3.11 --all-extras --group dev pyproject.toml --output-file requirements.lock

clean:
	rm -rf .venv demo-hub demo-hub.key
