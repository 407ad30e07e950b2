# dockermagic: every command that a developer or a learner needs. `make` alone lists them.
SHELL := /bin/bash
PYTHON := .venv/bin/python
RIG := $(PYTHON) -m tests.rig
PYTEST := $(PYTHON) -m pytest

.DEFAULT_GOAL := help
.PHONY: help demo lab notebooks test test-fast test-all unit engines engine engine-lock browser lint format bench engine-check recordings book wheel down clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

# What the lessons use; where no registry is reachable, stand-ins under the same names.
IMAGES := busybox:latest postgres:15 node:20-alpine registry:2

# pip copies the lab extension, also when the package is editable.
EXTENSION := $(wildcard labextension/* labextension/static/* dockermagic/views/static/*.js dockermagic/views/static/vendor/*.js)

.venv/.ready: pyproject.toml tools/venv.sh $(EXTENSION)
	@bash tools/venv.sh

demo: .venv/.ready ## find or provide an engine, run the first lesson, show its timeline
	@$(RIG) up
	@$(PYTHON) tools/demo.py

# Learners get the lessons without solutions; what they did there stays when it is opened again.
lab: .venv/.ready ## open the course in JupyterLab, as learners get it, in course/
	@$(RIG) up $(IMAGES)
	@.venv/bin/dockermagic handout notebooks -o course
	@echo "lab: JupyterLab opens the course; Ctrl-C ends it"
	@$(PYTHON) -m jupyterlab --notebook-dir=course $(if $(filter 0,$(shell id -u)),--allow-root)

lint: .venv/.ready ## rules, format, types, layers, sizes
	@echo "lint: ruff, mypy, import-linter, sizes"
	@.venv/bin/ruff check --quiet .
	@.venv/bin/ruff format --quiet --check .
	@.venv/bin/mypy --no-error-summary
	@.venv/bin/lint-imports --no-cache >.rig/imports.log 2>&1 || { cat .rig/imports.log; exit 1; }
	@$(PYTHON) tools/sizes.py

format: .venv/.ready ## put the code into the project's format
	@.venv/bin/ruff check --quiet --fix . ; .venv/bin/ruff format --quiet .

test: .venv/.ready lint ## lint, then the tests: unit, engine, browser; installs what it needs
	@$(RIG) install
	@$(RIG) run $(PYTEST) -m "not long"

test-fast: .venv/.ready lint ## lint and the tests that take under ten seconds each
	@$(PYTEST) -m "not slow and not long"

unit: .venv/.ready ## the tests without an engine or a browser
	@$(PYTEST) tests/unit

engines: .venv/.ready ## the tests with real engines
	@$(PYTEST) tests/engine

# A kernel that binder/engine/lock.json knows; `make engine KERNEL=build` compiles one (20 minutes).
KERNEL ?= $(firstword $(wildcard ../shared/uml/linux-uml-*-confined.zst ../shared/uml/linux-uml-*.zst))
engine: .venv/.ready ## make the package dockermagic-engine, a Docker Engine for places that have none, in dist/
	@mkdir -p .rig/engine
ifeq ($(KERNEL),build)
	@bash binder/engine/kernel.sh .rig/engine/kernel .rig/engine/linux .rig/engine/archive
	@$(PYTHON) binder/engine/build.py --kernel .rig/engine/linux --trust-kernel
	@$(PYTHON) binder/engine/build.py --kernel .rig/engine/linux
else
	@$(PYTHON) binder/engine/build.py --kernel "$(KERNEL)"
endif

engine-lock: .venv/.ready ## look up anew which Debian packages that is made of
	@$(PYTHON) binder/engine/build.py --relock

browser: .venv/.ready ## the tests in a real browser
	@$(PYTEST) tests/browser

test-all: test wheel ## every test, the wheel in a clean environment, unit tests on every Python found
	@$(RIG) run $(PYTEST) -m long
	@bash tools/pythons.sh

bench: .venv/.ready ## measure against the docker CLI and the bars of the design
	@$(RIG) up
	@$(PYTHON) -m tests.benchmarks

engine-check: .venv/.ready ## start every engine of the test rig and say what each is
	@$(RIG) check

recordings: .venv/.ready ## record the engines' event streams anew into tests/recordings
	@$(PYTHON) -m tests.rig.record
	@$(PYTHON) -m tests.rig.record_containers

notebooks: .venv/.ready ## run the lessons' sources and write the notebooks beside them
	@$(RIG) up $(IMAGES)
	@$(PYTHON) tools/notebooks.py

.rig/book/.ready: pyproject.toml
	@echo "book: installing Sphinx into an environment of its own (a minute)"
	@$(PYTHON) -m venv --clear .rig/book
	@.rig/book/bin/python -m pip install --quiet --upgrade 'pip>=25.1' >.rig/book.log 2>&1
	@.rig/book/bin/python -m pip install --quiet --editable . --group book >>.rig/book.log 2>&1 || { tail -5 .rig/book.log; exit 1; }
	@touch $@

book: .venv/.ready .rig/book/.ready ## build the lessons and the reference as a site, in build/book/site; no network, no engine
	@.rig/book/bin/python -m tools.book

wheel: .venv/.ready ## build the wheel, install it in a clean environment, run the first lesson from there
	@$(RIG) up
	@bash tools/wheel.sh

down: ## end what `make demo` and `make lab` started
	@$(RIG) down

clean: ## end what the rig started here and remove what was made
	@if [ -x $(PYTHON) ]; then $(RIG) down; fi
	@rm -rf .venv .rig build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
