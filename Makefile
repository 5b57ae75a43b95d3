# `make demo` on a fresh machine: Python 3.11 or newer, nothing else. `make help` lists the rest.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# Pinned, hashed, from whichever index pip is set to; the build backend too, so that nothing unpinned is ever run.
INSTALL := $(PIP) install --require-hashes
COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-emit-index-url --no-annotate --no-header
UV_VERSION := 0.13.9
# For instance make demo ARGS=--fresh
ARGS ?=

.PHONY: help demo test lint web lock bench soak fuzz clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 16

demo: $(VENV)/.installed ## run the whole platform on this machine until Ctrl-C (ARGS=--fresh begins anew)
	@exec $(BIN)/emscher demo $(ARGS)

test: lint ## run every check and every test
	$(BIN)/pytest $(ARGS)

lint: $(VENV)/.installed-dev ## run the checks that need no server
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.installed-dev ## run the benchmarks, which print tables and assert nothing
	@$(BIN)/python -m bench

soak: $(VENV)/.installed-dev ## saw at everything between a million readings and the store, then account for each (ARGS=--short)
	@PYTHONPATH=.:tests $(BIN)/python -m soak $(ARGS)

fuzz: $(VENV)/.installed-dev ## let a fuzzer look for input that breaks a decoder (ARGS="--inputs 100000 traffic")
	@$(INSTALL) -r requirements-fuzz.txt
	@$(BIN)/python -m tests.fuzz $(ARGS)

web: ## build the public page anew (needs Node 20; the built files are checked in)
	cd dashboards/web && npm ci && npm run build

lock: $(VENV)/.python ## resolve the dependencies anew into the four requirements files
	$(PIP) install uv==$(UV_VERSION)
	$(COMPILE) pyproject.toml --output-file requirements.txt
	$(COMPILE) pyproject.toml --group dev --constraints requirements.txt --output-file requirements-dev.txt
	$(COMPILE) --group fuzz --output-file requirements-fuzz.txt
	# editables: what hatchling asks for in addition where the install is an editable one
	$(BIN)/python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['build-system']['requires'], 'editables', sep='\n')" \
	  | $(COMPILE) - --constraints requirements-dev.txt --output-file requirements-build.txt

clean: ## remove the virtual environment and what tools cached; the demo's data in .emscher stay
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .fuzz .import_linter_cache dist build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "Emscher needs Python 3.11 or newer as $(PYTHON); name another one: make demo PYTHON=python3.12" >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "$(PYTHON) has no venv; install it (on Debian and Ubuntu: apt install python3-venv)" >&2; exit 2; }
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.python requirements.txt requirements-build.txt pyproject.toml
	@echo "installing the packages of requirements.txt into $(VENV)"
	@$(INSTALL) -r requirements.txt -r requirements-build.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.txt
	@echo "installing the packages of requirements-dev.txt into $(VENV)"
	@$(INSTALL) -r requirements-dev.txt
	@touch $@
