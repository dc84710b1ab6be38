# The commands of this project. People and CI use the same commands. Each command first updates .venv if necessary.

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
SOURCES := archive benchmarks clausewatch crawler differ docs/site document languages notifier tests

# The first Python that is new enough. PYTHON=/path/to/python3.12 chooses a different one.
PYTHON ?= $(shell for python in python3.11 python3 python3.12 python3.13; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && break; done)

# Several test files run at the same time. The tests of one file run one after another, because they share fixtures that
# take long to set up. There is one more process than there are processors, because many tests mostly wait: for a
# server, for some time to pass, or for a command to end.
PARALLEL := -n $(shell echo $$(($$(nproc) + 1))) --maxprocesses 4 --dist loadfile --no-loadscope-reorder

# Python keeps its compiled modules. Many tests start programs, and each program would compile all modules again.
unexport PYTHONDONTWRITEBYTECODE

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

# Judges the real changes that nobody looks at. It prints only scores, and adds them to docs/figures.md once for each
# commit. CI does not run it.
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

# Makes a new environment without constraints, so that no old versions stay. Run it with the oldest supported Python,
# which is 3.11.2 of Debian 12 (PYTHON=/usr/bin/python3). Some packages no longer support this Python, and pip then
# installs their last version that does.
lock:
	@test -n "$(PYTHON)" || { echo "Clausewatch needs Python 3.11 or newer"; exit 2; }
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	{ echo "# Exact versions of everything that is installed; written by \`make lock\`."; \
	  $(BIN)/python -m pip freeze --exclude-editable --exclude pip --exclude setuptools; } > constraints.txt
	@touch $(STAMP)

clean:
	rm -rf $(VENV)
