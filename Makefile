# Everything a newcomer needs: `make demo`, `make test`. Both set up what is missing and skip what is there.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := examples/mlops_demo
PYTEST := $(BIN)/python -m pytest --numprocesses auto --dist worksteal --quiet
FAST := quick or not (slow or fault or postgres or redis)

.PHONY: help demo test lint check bench format schema clean

help:
	@echo "make demo    set up and run the demo project's training pipeline"
	@echo "make test    set up and run every test"
	@echo "make lint    format, lint, types, import floors"
	@echo "make check   lint, and the fast tests"
	@echo "make bench   measure the promises, as ratios in one run"
	@echo "make format  format the code"
	@echo "make schema  write the database's schema anew from its tables"
	@echo "make clean   remove the virtual environment and every data folder made here"

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.ready: requirements/demo.txt pyproject.toml | $(VENV)/bin/python
	@echo "setting up $(VENV) (once)"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements/demo.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(VENV)/.ready-dev: requirements/dev.txt $(VENV)/.ready
	@echo "setting up the tools for tests (once)"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements/dev.txt
	@touch $@

demo: $(VENV)/.ready
	@$(BIN)/blockwright run training --project $(DEMO)
	@$(BIN)/python examples/report.py

test: $(VENV)/.ready-dev
	@$(PYTEST) $(PYTEST_ARGS)

lint: $(VENV)/.ready-dev
	@$(BIN)/ruff format --check --quiet . || (echo "run make format"; exit 1)
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

check: lint
	@$(PYTEST) -m "$(FAST)" --hypothesis-profile quick --durations 5 --durations-min 2 $(PYTEST_ARGS)

bench: $(VENV)/.ready-dev
	@$(BIN)/python -m benchmarks --write

format: $(VENV)/.ready-dev
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --quiet --fix .

schema: $(VENV)/.ready-dev
	@$(BIN)/python -m tests.adapters.db.write_schema

clean:
	rm -rf $(VENV) $(DEMO)/.blockwright
