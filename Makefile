# Two commands: `make run` and `make test`. They need Python 3.11 or later with pip, and nothing else;
# what they bring stays in .tools and .venv, what they store in .data. `make help` lists the rest.

SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory --no-builtin-rules

# The newest Python that will do. A later python3 is taken as well.
find_python = for python in python3.13 python3.12 python3.11 python3; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; python=; done; \
	[ -n "$$python" ] || { echo 'Potrzebny jest Python 3.11 lub nowszy. / Python 3.11 or later is needed.' >&2; exit 3; }
# uv doesn't care which Python's pip brings it, so any that has pip.
find_pip = for pip in python3 python3.13 python3.12 python3.11; do \
	$$pip -c 'import pip' 2>/dev/null && break; pip=; done; \
	[ -n "$$pip" ] || { echo 'Potrzebny jest pip (pakiet python3-pip). / pip is needed (package python3-pip).' >&2; exit 3; }

export UV_PYTHON_DOWNLOADS := never
unexport VIRTUAL_ENV
uv := .tools/bin/uv
bin := .venv/bin

.PHONY: help
help: ## this list
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 10

.PHONY: run
run: .venv/.locked ## start everything; Ctrl-C stops it (WSPOLNA_PORT, WSPOLNA_DATA, DATABASE_URL, BROKER_URL)
	@exec $(bin)/wspolna run

.PHONY: test
test: .venv/.locked-dev ## every check and every test
	$(bin)/ruff check .
	$(bin)/ruff format --check .
	$(bin)/mypy
	$(bin)/lint-imports --cache-dir .cache/import-linter
	$(bin)/python -m pytest --numprocesses 2 --dist loadfile

.PHONY: bench
bench: .venv/.locked-dev ## the benchmarks, or one: make bench ONLY=log
	@exec $(bin)/python -m tests.benchmarks $(ONLY)

.PHONY: format
format: .venv/.locked-dev ## put the code and the committed SDL in order
	$(bin)/ruff check --fix-only .
	$(bin)/ruff format .
	$(bin)/python -m api.graphql.schema

.PHONY: lock
lock: $(uv) ## resolve the dependencies of pyproject.toml anew (UPGRADE=--upgrade for newer ones)
	$(compile) pyproject.toml -o requirements.lock
	$(compile) pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock

# For every Python and system at once, with hashes, and without the address of any registry.
compile = $(uv) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header $(UPGRADE)

.PHONY: clean
clean: ## remove what the commands brought (not .data)
	rm -rf .venv .tools .cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

# Not `pip install uv`: where the system manages its Python, that is refused.
$(uv): requirements-tools.lock
	@$(find_pip); echo 'Narzędzia (uv) … / Tools (uv) …' >&2; \
	umask 022; rm -rf .tools; \
	$$pip -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-deps --no-compile \
		--require-hashes --target .tools --requirement requirements-tools.lock
	@touch $@

# A stamp, because .venv/bin/python itself is a link to the system's.
.venv/.made: $(uv)
	@$(find_python); umask 022; $(uv) venv --quiet --clear --no-project --python "$$(command -v $$python)" .venv
	@touch $@

# The project stands on the path of its .venv and is run from where it lies: nothing to build. The umask,
# because PostgreSQL refuses to be root and then has to read these files as someone else.
.venv/.locked: requirements.lock .venv/.made Makefile
	@$(call calmly,$(uv) pip install --python $(bin)/python --require-hashes --no-deps --no-build \
		--requirement requirements.lock)
	@$(on_path)
	@touch $@

.venv/.locked-dev: requirements-dev.lock .venv/.made Makefile
	@$(call calmly,$(uv) pip sync --python $(bin)/python --require-hashes --no-build requirements-dev.lock)
	@$(on_path)
	@touch $@ .venv/.locked

# What is being downloaded is worth seeing, a hundred lines of what was installed are not.
calmly = echo 'Biblioteki … / Libraries …'; umask 022; \
	{ $(1) 2>&1; echo $$? > .venv/.status; } | grep -v '^ [-+~] \|^ Downloaded'; exit $$(cat .venv/.status)

on_path = $(bin)/python -c 'import pathlib, sysconfig; \
	pathlib.Path(sysconfig.get_path("purelib"), "wspolna.pth").write_text(str(pathlib.Path.cwd()) + "\n")' && \
	printf '%s\n' '\#!/bin/sh' 'exec "$$(dirname "$$0")/python" -m workers.cli "$$@"' > $(bin)/wspolna && \
	chmod +x $(bin)/wspolna
