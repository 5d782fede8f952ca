# Two commands on a fresh machine: `make run` and `make test`. They need Python 3.11 or newer, make and a
# package index; everything else is installed into .tools/ and .venv/ beside this file. The tests take one process more
# than there are cores, as some of them wait for leases to run out.

PYTHON ?= python3
CAMPAIGN ?= content/examples/white-balloons
ARGS ?=

UV := .tools/bin/uv
BIN := .venv/bin
VERSION := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(len(os.sched_getaffinity(0)) + 1)' 2>/dev/null)
SYNCED := .venv/.synced-$(VERSION)

export UV_PROJECT_ENVIRONMENT := .venv
export UV_PYTHON_DOWNLOADS := never
unexport VIRTUAL_ENV
unexport PYTHONPATH
unexport PYTHONHOME

.DEFAULT_GOAL := help
.PHONY: help run test check bench lock setup format clean python-is-new-enough
.DELETE_ON_ERROR:

help: ## Show this list
	@echo 'make TARGET [PYTHON=python3.12] [ARGS="..."]'
	@echo
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/  \1\t\2/p' Makefile | expand -t 12

run: $(SYNCED) ## Rehearse the example campaign offline (CAMPAIGN=folder for another one)
	@$(BIN)/munasara rehearse $(CAMPAIGN) $(ARGS)

test: $(SYNCED) ## Run the whole test suite, on SQLite and PostgreSQL (ARGS="-n0 -k zones" narrows it)
	@$(BIN)/pytest -n $(or $(WORKERS),logical) --dist worksteal $(ARGS)

check: $(SYNCED) ## Check format, lint, types, import contracts and documentation
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/pytest -q tests/test_architecture.py tests/test_documentation.py tests/test_packaging.py

bench: $(SYNCED) ## Measure, and print ratios side by side
	@$(BIN)/python -m tests.bench $(ARGS)

format: $(SYNCED) ## Format the code and mend what ruff can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(UV) ## Resolve the dependencies anew into uv.lock
	$(UV) lock --python $(PYTHON) $(ARGS)

setup: $(SYNCED) ## Only install what the other targets need

clean: ## Remove everything that was installed or cached here
	rm -rf .venv .tools .mypy_cache .ruff_cache .import_linter_cache .hypothesis

$(SYNCED): uv.lock pyproject.toml $(UV) | python-is-new-enough
	@$(UV) sync --locked --quiet --python $(PYTHON)
	@rm -f .venv/.synced-*
	@touch $@

$(UV): .ci/uv.txt | python-is-new-enough
	@echo 'Setting up: this happens once.'
	@$(PYTHON) -m venv --clear .tools
	@.tools/bin/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r .ci/uv.txt
	@touch $@

python-is-new-enough:
	@command -v $(PYTHON) >/dev/null || { echo '$(PYTHON) was not found. Install Python 3.11 or newer, or name it: make PYTHON=/path/to/python3.12' >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo '$(PYTHON) is Python $(VERSION); 3.11 or newer is needed. If you have one, name it: make PYTHON=python3.12' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo '$(PYTHON) has no venv. On Debian and Ubuntu: sudo apt-get install python3-venv' >&2; exit 1; }
