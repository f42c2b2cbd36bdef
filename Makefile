# Two commands for a start: `make demo` and `make test`. `make help` lists the rest.
# Needs Python 3.11 or newer with pip; everything is installed into .venv, nothing outside this folder changes.

PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
# What the demo's index is made of, and by: it is built again only when one of these is newer.
SAMPLE := $(wildcard data/*.gz data/*.txt)
BUILDER := $(wildcard suggest/artifacts/*.py suggest/types/*.py suggest/text/*.py suggest/index/*.py suggest/candidates/*.py suggest/features/*.py suggest/rank/*.py suggest/engine/*.py suggest/pipelines/*.py models/*)

.DELETE_ON_ERROR:
.PHONY: help demo test check formatted lint types layers format clean

help:
	@echo "make demo     build an index from the sample in data/ and serve it at http://127.0.0.1:$(PORT)/"
	@echo "make test     run the tests"
	@echo "make check    all that must be green: format, lint, types, layers, tests (of the docs too)"
	@echo "make format   format the code and fix what lint can fix"
	@echo "make clean    remove what these commands made"

demo: demo-index/CURRENT
	@echo "Serving at http://127.0.0.1:$(PORT)/ (Ctrl-C stops it)"
	@$(BIN)/suggest serve --index demo-index --port $(PORT) --demo data

demo-index/CURRENT: $(SAMPLE) $(BUILDER) | .venv/.installed
	@echo "Building an index from the sample in data/ into demo-index/"
	@$(BIN)/suggest build --out demo-index --events data/events.jsonl.gz --queries data/queries.tsv.gz \
		--items data/items.jsonl.gz --comments data/comments.jsonl.gz --lexicon data/lexicon.tsv.gz \
		--blocklist data/blocklist.txt

test: .venv/.installed-dev
	@$(BIN)/python -m pytest -n 2

check: formatted lint types layers test

formatted: .venv/.installed-dev
	@$(BIN)/ruff format --check --quiet .

lint: .venv/.installed-dev
	@$(BIN)/ruff check --quiet .

types: .venv/.installed-dev
	@$(BIN)/mypy

layers: .venv/.installed-dev
	@$(BIN)/lint-imports

format: .venv/.installed-dev
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

clean:
	rm -rf .venv demo-index build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed, and $(PYTHON) is: $$($(PYTHON) --version 2>&1)." >&2; \
		echo "Name another one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "Creating .venv with $$($(PYTHON) --version)"
	@# Debian's Python without python3-venv cannot put pip into a new environment, but its pip can from outside.
	@$(PYTHON) -m venv .venv >/dev/null 2>&1 || { $(PYTHON) -m venv --clear --without-pip .venv \
		&& $(PYTHON) -m pip --python .venv/bin/python install --quiet pip; }

# Setuptools warns at every editable install that folders of the same name take precedence: PYTHONWARNINGS.
.venv/.installed: pyproject.toml constraints.txt | .venv/bin/python
	@echo "Installing suggest and what it needs into .venv"
	@PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

.venv/.installed-dev: pyproject.toml constraints.txt | .venv/bin/python
	@echo "Installing suggest and its development tools into .venv"
	@PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@ .venv/.installed
