# make demo: install and open the demo recall · make test: install and test · make check: all that CI runs
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q

# What is timed against a clock has the machine to itself; all else shares it.
TIMED := tests/test_player_*.py tests/test_picture*.py
TESTS = $(BIN)/python -m pytest -n auto --dist loadfile $(TIMED:%='--ignore-glob=%') && $(BIN)/python -m pytest $(TIMED)

.PHONY: demo test check lint types imports bench clean
.DELETE_ON_ERROR:

demo: $(VENV)/.installed
	@$(BIN)/iprtool demo

test: $(VENV)/.installed-test
	$(TESTS)

check: $(VENV)/.installed-dev lint types imports
	$(TESTS)

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(VENV)/.installed-dev
	$(BIN)/mypy

imports: $(VENV)/.installed-dev
	$(BIN)/lint-imports

bench: $(VENV)/.installed-test
	$(BIN)/python -m tests.bench

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "iprtool needs Python 3.11 or newer; $(PYTHON) is older: install one and say make PYTHON=python3.11 demo"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv module is missing: install the package python3-venv (sudo apt install python3-venv) and say make again"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing iprtool into $(VENV) (once)…"
	$(PIP) install -c constraints.txt -e .
	@touch $@

$(VENV)/.installed-test: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) install -c constraints.txt -e '.[test]'
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-dev: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) install -c constraints.txt -e '.[dev]'
	@touch $@ $(VENV)/.installed $(VENV)/.installed-test

clean:
	rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
