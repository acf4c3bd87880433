# Every target sets up what it needs; the set-up is redone only when a pin changes.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SETUP := $(VENV)/.installed node_modules/.installed

.PHONY: run test lint bench clean

run: $(SETUP)
	@$(BIN)/python -m local run $(if $(ONCE),--once)

test: $(SETUP)
	@$(BIN)/python -m pytest -n 2 --dist worksteal

lint: $(VENV)/.installed
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports
	@$(BIN)/basedpyright

bench: $(SETUP)
	@$(BIN)/python -m bench

clean:
	rm -rf $(VENV) node_modules .local .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.installed: requirements.txt requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(None if (3, 11) <= sys.version_info[:2] <= (3, 13) else f"Fanwise needs Python 3.11, 3.12 or 3.13; {sys.executable} is {sys.version.split()[0]}. Name another: make PYTHON=python3.12")'
	@echo "Setting up $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-virtualenv -r requirements-dev.txt
	@touch $@

node_modules/.installed: package.json package-lock.json $(VENV)/.installed
	@$(BIN)/python -m local.azurite.install
	@touch $@
