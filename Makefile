# Everything that is done to a checkout. `make` alone lists it. On a fresh machine each target sets up what it needs.

PYTHON ?= $(shell for each in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$each && break; done)
BIN := .venv/bin
NPM := $(BIN)/python hatch_build.py npm
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate

SNIPPET_SOURCES := $(shell find snippet -path snippet/node_modules -prune -o -path snippet/dist -prune -o -type f -print)

.PHONY: help demo setup check test bench format lock proto baseline clean

help:
	@echo 'make demo      everything, running: Leadbright, a demo shop and a crowd of visitors'
	@echo 'make test      all tests, a real browser included'
	@echo 'make check     formatter, linters, types, proto lint and breaking check'
	@echo 'make setup     the environment alone: .venv and snippet/node_modules'
	@echo 'make bench     benchmarks, with ratios measured side by side'
	@echo 'make format    formats Python and TypeScript'
	@echo 'make proto     generates ingest_grpc/wire/leadbright from proto/'
	@echo 'make baseline  takes today'"'"'s proto/ as what later changes may not break'
	@echo 'make lock      resolves the dependencies anew into requirements.lock and requirements-node.lock'
	@echo 'make clean     removes what the other targets made'

demo: setup
	@$(BIN)/leadbright demo

setup: .venv/ready snippet/dist/manifest.json

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(NPM) run check
	$(BIN)/buf lint proto
	$(BIN)/buf breaking proto --against proto/baseline.binpb
	$(BIN)/python proto/generate.py --check

test: setup tests/services/azurite/node_modules/ready tests/services/openid/node_modules/ready
	@tests/setup.sh
	@$(BIN)/python tests/run.py

bench: setup
	@$(BIN)/python tests/bench/run.py

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(NPM) run format

lock: .venv/ready
	$(LOCK) --upgrade pyproject.toml --group dev --output-file requirements.lock
	$(LOCK) --upgrade --group node --output-file requirements-node.lock

proto: .venv/ready
	$(BIN)/python proto/generate.py

baseline: .venv/ready
	$(BIN)/buf build proto --output proto/baseline.binpb

clean:
	rm -rf .venv snippet/node_modules tests/services/*/node_modules snippet/dist build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/ready: requirements.lock requirements-node.lock pyproject.toml hatch_build.py
	@test -n '$(PYTHON)' || { echo 'Leadbright needs Python 3.11 or newer' >&2; exit 1; }
	@echo 'Installing into .venv; the first time takes half a minute.'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python hatch_build.py has-node || \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-node.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

snippet/node_modules/ready: snippet/package.json snippet/package-lock.json .venv/ready
	$(NPM) ci --silent
	@touch $@

tests/services/%/node_modules/ready: tests/services/%/package-lock.json .venv/ready
	$(NPM) --prefix ../tests/services/$* ci --silent --ignore-scripts --no-audit --no-fund
	@touch $@

snippet/dist/manifest.json: $(SNIPPET_SOURCES) snippet/node_modules/ready
	$(NPM) run --silent build
	@touch $@
