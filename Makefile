# make run    the web app on a fresh machine, with sample data
# make test   all tests on a fresh machine, browser included
# make bench  all measurements, about half an hour on two cores; Spark takes part where java is installed
# Python 3.11 or newer and make are needed; Debian's chromium, postgresql, Java and prometheus, for the tests of the browser,
# of databases, of Spark and of the metrics, are installed where that is allowed.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
DEBIAN := chromium postgresql default-jre-headless prometheus
INITDB := $(firstword $(wildcard /usr/lib/postgresql/*/bin/initdb) $(shell command -v initdb))

.PHONY: run test lint fuzz bench docs clean system

run: $(READY)
	$(BIN)/rowid app

test: $(READY) system
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n 2 --dist worksteal

lint: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/mypy
	$(BIN)/lint-imports

fuzz: $(READY)
	HYPOTHESIS_PROFILE=long ROWID_FUZZ=20000 $(BIN)/python -m pytest -n 2 tests/test_properties.py tests/test_columns.py tests/kernel

bench: $(READY)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[bench,dev]'
	$(BIN)/python -m benchmarks $(BENCH)

docs: $(READY)
	$(BIN)/python -m tests.bad_inputs > docs/errors.md

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $@

system:
	@if command -v chromium >/dev/null && command -v java >/dev/null && command -v promtool >/dev/null && [ -n "$(INITDB)" ]; then exit 0; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $(DEBIAN) >/dev/null; \
	else echo "The tests need Debian's packages: sudo apt-get install $(DEBIAN)"; exit 1; fi

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
