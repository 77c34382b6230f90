# Two commands on a fresh Debian with python3.11 and make: `make demo` and `make test`. Every target installs what it
# needs, once: a stamp named after the hash of its lock says what .venv/ holds, so the second time costs nothing.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3.11
BIN := .venv/bin
hash = $(shell sha256sum $(1) | cut -c1-16)
RUN_STAMP := .venv/.installed-run-$(call hash,requirements.lock)
DEV_STAMP := .venv/.installed-dev-$(call hash,requirements-dev.lock)
ALL_STAMP := .venv/.installed-all-$(call hash,requirements-all.lock)
CONFIG ?= config.yaml
# Two workers: more only wait for the same two cores and for fsync.
WORKERS ?= 2
# pytest's exit code for "nothing was selected".
NO_TESTS := 5

.PHONY: help
help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

# --- environment ---------------------------------------------------------------------------------------------------------

.venv/bin/python:
	@tools/make_venv.sh "$(PYTHON)"

$(RUN_STAMP): | .venv/bin/python
	@tools/install.sh requirements.lock "$@"

$(DEV_STAMP): | .venv/bin/python
	@tools/install.sh requirements-dev.lock "$@"
	@touch $(RUN_STAMP)

$(ALL_STAMP): | .venv/bin/python
	@tools/install.sh requirements-all.lock "$@"
	@touch $(RUN_STAMP) $(DEV_STAMP)

.PHONY: venv lock pg chromium fonts
venv: $(DEV_STAMP) ## the environment with everything development needs, in .venv/

lock: ## renew requirements*.lock (LOCK=--upgrade takes newer releases)
	tools/lock.sh $(LOCK)

pg: $(DEV_STAMP) ## a PostgreSQL server program for the tests, if none is there
	@tools/debian_packages.sh --required postgresql || tools/install.sh requirements-pg.lock .venv/.installed-pg

chromium: ## the browser the end-to-end tests drive, if missing
	@tools/debian_packages.sh chromium

fonts: ## Chinese glyphs for pictures, if missing
	@tools/debian_packages.sh fonts

# --- the program -----------------------------------------------------------------------------------------------------------

.PHONY: demo run
demo: $(RUN_STAMP) fonts ## 90 days of a community in about a minute, then http://127.0.0.1:8080/console (DEMO_EXIT=1 ends by itself)
	$(BIN)/python -m bot demo $(if $(DEMO_EXIT),--exit) $(DEMO_ARGS)

run: $(RUN_STAMP) fonts ## serve CONFIG (config.yaml)
	$(BIN)/python -m bot run --config $(CONFIG)

# --- proof ----------------------------------------------------------------------------------------------------------------

.PHONY: check format lint types imports unit
check: format lint types imports unit ## what must hold before every commit; under a minute

format: $(DEV_STAMP)
	$(BIN)/ruff format --quiet --check --diff .

lint: $(DEV_STAMP)
	$(BIN)/ruff check --quiet .

types: $(DEV_STAMP)
	$(BIN)/mypy

imports: $(DEV_STAMP)
	$(BIN)/lint-imports --no-logo --cache-dir .cache/import-linter

unit: $(DEV_STAMP)
	$(BIN)/python -m pytest -q -n $(WORKERS) tests/unit

.PHONY: test bench soak
test: check pg chromium fonts ## check and every other test; the same command CI runs
	$(BIN)/python tools/with_postgres.py $(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile \
		-m "not soak and not alone" tests/integration tests/e2e tests/faults
	$(BIN)/python tools/with_postgres.py $(BIN)/python -m pytest -q -m "alone and not soak" tests || [ $$? = $(NO_TESTS) ]

bench: $(ALL_STAMP) pg ## figures against honest peers, one JSON object a line (ONLY=inbound)
	@$(BIN)/python tools/with_postgres.py --durable $(BIN)/python -m tests.bench $(ONLY) $(BENCH_ARGS)

soak: $(DEV_STAMP) pg chromium fonts ## the long version of the fault tests
	$(BIN)/python tools/with_postgres.py $(BIN)/python -m pytest -q -s -m soak --timeout 7200 tests || [ $$? = $(NO_TESTS) ]
