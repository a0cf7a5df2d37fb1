# One verb for each need; CI uses the same ones.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000

.DEFAULT_GOAL := help
.PHONY: help demo test test-sqlite test-postgresql check bench messages lock

help:  ## Show what can be made
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.runtime  ## Run everything on this machine, with a stand-in for CXone (PORT=8000)
	@$(BIN)/python manage.py demo --port $(PORT)

test: test-sqlite test-postgresql  ## Run all tests, on SQLite and on a throw-away PostgreSQL (make -j2: both at once)

test-sqlite: $(VENV)/.development
	$(BIN)/python -m pytest

test-postgresql: $(VENV)/.development
	$(BIN)/python -m tests.with_postgresql $(BIN)/python -m pytest -m "database and not program"

check: $(VENV)/.development  ## Look for everything that can be found without running: style, types, import contracts, templates, migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --lint templates
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
	  DATA_DIR="$$folder" $(BIN)/python manage.py makemigrations --check --dry-run

bench: $(VENV)/.development  ## Measure pipeline, appends, export, verification and proofs, as ratios within one run, on a log of a million events
	$(BIN)/python -m tests.bench

messages: $(VENV)/.development  ## Collect what people read into the catalogues, and compile them (needs gettext)
	@command -v msgfmt > /dev/null || { echo "make messages needs gettext: apt-get install gettext" >&2; exit 1; }
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && export DATA_DIR="$$folder" && \
	  $(BIN)/python manage.py makemessages --all --no-obsolete && \
	  $(BIN)/python manage.py compilemessages --ignore .venv

lock: $(VENV)/.development  ## Pin the newest allowed versions, with hashes, in the two lock files (needs uv)
	@command -v uv > /dev/null || { echo "make lock needs uv: https://docs.astral.sh/uv/" >&2; exit 1; }
	uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 \
	  --output-file requirements.lock pyproject.toml
	uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 \
	  --extra dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml

# The stamps say which lock file the environment was installed from; touching a lock file installs anew.
$(VENV)/.runtime: requirements.lock | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	@touch $@

$(VENV)/.development: requirements-dev.lock | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.lock
	@touch $@ $(VENV)/.runtime

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "PrivacyAdmin needs Python 3.11 or newer; $(PYTHON) is older or missing. Name another: make PYTHON=python3.12 …" >&2; \
	  exit 1; }
	$(PYTHON) -m venv $(VENV)
