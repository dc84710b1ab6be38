# The commands of this project, the same for people and for CI. Each makes .venv first, where it is not up to date.

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
SOURCES := archive benchmarks clausewatch crawler differ docs/site document languages notifier tests

# The first that is new enough; PYTHON=/path/to/python3.12 names another.
PYTHON ?= $(shell for python in python3.11 python3 python3.12 python3.13; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && break; done)

# Files of tests side by side, in their order: tests of one file share what is costly to set up. One process more than
# there are processors, as many tests wait: for a server, for a time that passes, for a command to end.
PARALLEL := -n $(shell echo $$(($$(nproc) + 1))) --maxprocesses 4 --dist loadfile --no-loadscope-reorder

.PHONY: help demo quick test long bench validation check docs format lock clean
.DEFAULT_GOAL := help

help:
	@echo "make demo     watch four fictional companies change their policies, on this machine alone"
	@echo "make quick    run the unit tests: no server, browser, database or process; under two minutes"
	@echo "make test     run all tests"
	@echo "make long     run all tests, those that take many minutes too"
	@echo "make bench    run all benchmarks and print one table; an hour at most"
	@echo "make validation  judge the changes that were kept apart, once for a commit, and log the scores"
	@echo "make check    format, lint, types and tests: what CI runs"
	@echo "make docs     build the documentation site into build/site; a broken link fails"
	@echo "make format   put the code in order"
	@echo "make lock     take the newest versions of everything into constraints.txt"
	@echo "make clean    throw the environment away"

demo: $(STAMP)
	$(BIN)/clausewatch demo

quick: $(STAMP)
	$(BIN)/python -m pytest $(PARALLEL) -m unit

test: $(STAMP)
	$(BIN)/python -m pytest $(PARALLEL)

long: $(STAMP)
	CLAUSEWATCH_LONG=1 $(BIN)/python -m pytest

bench: $(STAMP)
	$(BIN)/python benchmarks/table.py

# Real changes that were kept apart: scores alone, logged in docs/figures.md, once for a commit. Not for CI.
validation: $(STAMP)
	$(BIN)/python tests/quality/validation.py

check: $(STAMP)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/python -m pytest $(PARALLEL) -m unit --cov --cov-report=term
	$(BIN)/python -m pytest $(PARALLEL) -m "not unit"

# tests/test_site.py builds the site in the same way, so `make check` does too.
docs: $(STAMP)
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet -c docs/site -d build/doctrees . build/site
	@echo "Open build/site/index.html"

format: $(STAMP)
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/ruff check --fix $(SOURCES)

$(STAMP): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Clausewatch needs Python 3.11 or newer: on Debian 12, apt-get install python3 python3-venv"; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) cannot make environments: on Debian, apt-get install python3-venv"; exit 2; }
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

# A new environment without constraints, so that nothing old stays. Run it with the oldest Python that is supported,
# Debian 12's 3.11.2 (PYTHON=/usr/bin/python3): some packages have left it behind, and pip then takes their last fitting one.
lock:
	@test -n "$(PYTHON)" || { echo "Clausewatch needs Python 3.11 or newer"; exit 2; }
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	{ echo "# Exact versions of everything that is installed; written by \`make lock\`."; \
	  $(BIN)/python -m pip freeze --exclude-editable --exclude pip --exclude setuptools; } > constraints.txt
	@touch $(STAMP)

clean:
	rm -rf $(VENV)
