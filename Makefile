# Each target makes the environment that it needs: `make run` only what the emulator needs to run,
# the others everything for development.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PORT   ?= 8080
# One more test at once than there are cores: a test that starts a program mostly waits for it.
TESTS  ?= $(shell $(PYTHON) -c 'import os; print(1 + (os.cpu_count() or 1))')

# Files and folders of tests; all, where there are none: make test TESTED=tests/core
TESTED ?=

# What Python compiles is kept, whatever the environment says: the tests start hundreds of emulators.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test test-all fuzz check format golden golden-screens farm-test sdk-labs npm-package docs docs-serve generated coverage screenshots bench install clean

help:  ## what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/run.stamp  ## start the emulator with its demo world on http://127.0.0.1:8080; PORT=9000 chooses another port
	@echo 'serving on port $(PORT); make run PORT=9000 takes another' >&2
	@exec $(BIN)/masking-emulator serve --port $(PORT)

test: $(VENV)/dev.stamp  ## run the tests that start no program and no browser, nine of ten; in CI, every test
	MASKING_EMULATOR_NO_PROGRAMS=1 $(BIN)/pytest -n $(TESTS) --dist loadfile $(TESTED)

test-all: $(VENV)/dev.stamp  ## run every test
	$(BIN)/pytest -n $(TESTS) --dist loadfile $(TESTED)

fuzz: $(VENV)/dev.stamp  ## send 300,000 generated requests, or FUZZ_REQUESTS; FUZZ_SEED sends the same ones again
	$(BIN)/python -m tests.fuzz

coverage: $(VENV)/dev.stamp  ## run every test, and say which lines and branches none of them reached
	$(BIN)/pytest -n $(TESTS) --dist loadfile --cov --cov-report=term-missing:skip-covered

check: $(VENV)/dev.stamp  ## lint, formatting, types, generated documents
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m tests.node.javascript
	$(BIN)/python -m tests.generated --check

format: $(VENV)/dev.stamp  ## mend lint and formatting
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/python -m tests.node.javascript --write

golden: $(VENV)/dev.stamp  ## rewrite the golden files; read the diff before you commit it
	MASKING_EMULATOR_GOLDEN=write $(BIN)/pytest -q tests/test_scenarios.py tests/test_wire.py tests/test_callbacks.py tests/sdk/test_dropin.py

golden-screens: $(VENV)/dev.stamp  ## take the pictures anew that the console's looks are compared with; look at them
	npm install --prefix tests/node --no-package-lock --no-audit --no-fund --silent
	$(BIN)/python -m tests.console.screens

farm-test: $(VENV)/dev.stamp  ## every golden case and every test of the SDKs that asks a server, against four servers behind HAProxy
	MASKING_EMULATOR_FARM=4 $(BIN)/pytest tests/test_wire.py tests/sdk

sdk-labs: $(VENV)/dev.stamp  ## play one story through every official SDK that can be had here, those too that CI cannot have
	$(BIN)/python -m tests.sdk.labs

npm-package: $(VENV)/dev.stamp  ## build the client for TypeScript into build/, as a package for npm
	npm install --prefix emulator/typescript --no-package-lock --no-audit --no-fund --silent
	$(BIN)/python -m tests.node.package build

docs: $(VENV)/dev.stamp  ## build the site into build/site; nothing is loaded from elsewhere
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict -f docs/site/mkdocs.yml

docs-serve: $(VENV)/dev.stamp  ## show the site on http://127.0.0.1:8000, and again after each change
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs serve -f docs/site/mkdocs.yml

generated: $(VENV)/dev.stamp  ## rewrite the generated documents
	$(BIN)/python -m tests.generated

screenshots: $(VENV)/dev.stamp  ## take the console's pictures anew, with the system's Chromium; look at them
	$(BIN)/python -m tests.console.screenshots

bench: $(VENV)/dev.stamp  ## measure against a bare Starlette app in the same run
	$(BIN)/python -m tests.bench

install: $(VENV)/dev.stamp  ## make the development environment

clean:  ## remove the environment and caches
	rm -rf $(VENV) build emulator/*.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=…")'
	@echo 'making the environment $(VENV), once; what it downloads may take a minute' >&2
	@$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: pyproject.toml $(VENV)/bin/python
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/dev.stamp: pyproject.toml $(VENV)/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(VENV)/run.stamp
