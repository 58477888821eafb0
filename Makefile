# The commands of this project. `make run` and `make test` each work alone on a fresh machine.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
MODEL ?= models/home-office-2

.PHONY: run test check format train evaluate bench screenshots clean

# Installed once; again when the dependencies change.
$(VENV)/.installed: pyproject.toml constraints.txt
	command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed: install it, or name one with make PYTHON=..."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[training,baselines,service,dev]'
	touch $@

run: $(VENV)/.installed
	$(BIN)/insight demonstration load --unless-used
	$(BIN)/insight serve

test: $(VENV)/.installed
	$(BIN)/python -m pytest -n 2 --dist loadfile

check: $(VENV)/.installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.installed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

train: $(VENV)/.installed
	$(BIN)/insight train --data data --output $(MODEL)

evaluate: $(VENV)/.installed
	$(BIN)/insight evaluate --model $(MODEL) --data data --side test

# A picture of each page of the demonstration, for docs/.
screenshots: $(VENV)/.installed
	SCREENSHOTS=docs/screenshots $(BIN)/python -m pytest -q tests/service/test_screenshots.py

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
