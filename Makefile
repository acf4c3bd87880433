# Every target sets up what it needs; the set-up is redone only when a pin changes. For GNU make 3.81 (macOS) and newer.

# The first Python on PATH that Fanwise runs on. Name another one: make PYTHON=/path/to/python3.12 run
SUITABLE := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 python; do \
	if "$$python" -c '$(SUITABLE)' 2>/dev/null; then echo "$$python"; break; fi; done)
VENV := .venv
BIN := $(VENV)/bin
SETUP := $(VENV)/.installed node_modules/.installed

.PHONY: setup run test lint bench clean

# `make bench retrieval`: words after `bench` name measurements, none means all. make takes them for goals of their own.
MEASUREMENTS :=
ifeq ($(firstword $(MAKECMDGOALS)),bench)
MEASUREMENTS := $(filter-out setup run test lint bench clean,$(MAKECMDGOALS))
endif
ifneq ($(MEASUREMENTS),)
.PHONY: $(MEASUREMENTS)
$(MEASUREMENTS): bench
	@:
endif

# For those who want the set-up before its first use: the container, the editor.
setup: $(SETUP)

run: $(SETUP)
	@$(BIN)/python -m local run $(if $(ONCE),--once)

# Compiled modules are kept, whatever the shell says: the tests start hundreds of processes, which would compile them.
test: $(SETUP)
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n 5

lint: $(VENV)/.installed
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports
	@$(BIN)/basedpyright

bench: $(SETUP)
	@$(BIN)/python -m bench $(MEASUREMENTS)

clean:
	rm -rf $(VENV) node_modules .local .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Azure's own worker judges the app in a test. It is declared for Python 3.13 and newer but runs on all of ours; it lies
# beside the packages, so that nothing of it reaches the app by accident.
WORKER_PINS := tests/contract/worker/requirements.txt

$(VENV)/.installed: requirements.txt requirements-dev.txt $(WORKER_PINS)
	@"$(PYTHON)" -c '$(SUITABLE)' 2>/dev/null || \
		{ echo "Fanwise needs Python 3.11, 3.12 or 3.13, and found none on PATH. Name one: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@echo "Making $(VENV) with $$("$(PYTHON)" --version) ..."
	@"$(PYTHON)" -m venv $(VENV)
	@echo "Installing the pinned packages; a minute or two, once ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-virtualenv -r requirements-dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --ignore-requires-python --upgrade \
		--target $(VENV)/worker -r $(WORKER_PINS)
	@touch $@

# Azurite has pins of its own: new Python packages do not install it again.
node_modules/.installed: package.json package-lock.json | $(VENV)/.installed
	@$(BIN)/python -m local.azurite.install
	@touch $@
