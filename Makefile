# make run · make test · make lint · make bench: each sets up what it needs in .venv first.

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
PYTEST := $(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal

.PHONY: run test test-fast lint bench clean

run: $(VENV)/app
	$(BIN)/python app.py $(FLAGS)

test: $(VENV)/dev
	$(BIN)/python -m tests.browser.chromium
	$(PYTEST)

test-fast: $(VENV)/dev
	$(PYTEST) --ignore tests/browser -m "not learning"

lint: $(VENV)/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: $(VENV)/dev
	$(BIN)/python -m tests.browser.chromium
	$(BIN)/python -m bench

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/app: requirements.txt | $(BIN)/python
	$(PIP) -r requirements.txt
	touch $@

$(VENV)/dev: requirements-dev.txt requirements-extras.txt requirements.txt | $(BIN)/python
	$(PIP) -r requirements-dev.txt
	touch $@ $(VENV)/app

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache
