# Two commands do everything: `make up` and `make test`. Both go through `make setup`.

PYTHON ?= python3
BIN := .venv/bin
DATA ?= data
SECONDS ?= 300
LISTENERS ?= 1000000
STREAM ?= live-low.ogg
CHECK := $(MAKE) --no-print-directory
FILLER_SOURCES := hold encoder opus filler
WEB_SOURCES := $(shell find web -type f -not -path 'web/node_modules/*' 2>/dev/null)

# Processes start sooner from compiled modules, and thousands of tests are read sooner.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup up test lint lint-python lint-web test-web bench bench-stage million fuzz soak docs lock clean

help:
	@echo "make up      build what is missing, start Fullhouse with a demo room, print its links"
	@echo "make test    run every check and test (real NATS, browsers and ffmpeg)"
	@echo "make lint    run only the checks that read code"
	@echo "make bench   measure the edge beside nginx, icecast2 and C programs, 15 minutes"
	@echo "make million let LISTENERS=1000000 come within a minute, and stay for one"
	@echo "make bench-stage  measure what speakers cost"
	@echo "make soak    speak for half an hour, and look whether anything of it was lost"
	@echo "make fuzz    try to break what strangers can reach, SECONDS=300 for each of four parts; and the API"
	@echo "make docs    write docs/settings.md again"
	@echo "make lock    pin dependencies again"
	@echo "make clean   remove all that was built (never $(DATA)/)"

setup:
	@$(MAKE) -s --no-print-directory -j 2 .setup-python .setup-filler .setup-web

.setup-tools:
	@tools/need_build_tools.sh $(PYTHON)
	@touch $@

.setup-python: requirements.txt requirements-build.txt pyproject.toml hatch_build.py requirements.in \
		| .setup-tools
	@echo "Setting up Python in .venv ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes \
		-r requirements.txt -r requirements-build.txt
	@$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.setup-filler: .setup-python src/fullhouse/media.py $(FILLER_SOURCES:%=src/fullhouse/programme/%.py)
	@echo "Making the music of rooms that wait ..."
	@$(BIN)/python -c "from fullhouse.up.filler_file import PACKAGE, build_in; build_in(PACKAGE)"
	@touch $@

.setup-tests: requirements-dev.txt .setup-python .setup-filler
	@echo "Setting up what tests and measures ..."
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

.setup-npm: web/package-lock.json | .setup-tools
	@echo "Fetching what builds the pages ..."
	@cd web && npm ci --silent --no-audit --no-fund
	@touch $@

.setup-web: .setup-npm $(WEB_SOURCES)
	@echo "Building the pages ..."
	@cd web && npm run --silent build
	@touch $@

up: setup
	@exec $(BIN)/fullhouse up --demo --data $(DATA)

test:
	@$(CHECK) -j 2 .setup-tests lint-web test-web
	@tools/need_programs.sh
	@tools/beside.sh "$(CHECK) lint-python" -- $(BIN)/python -m tools.suite

lint: lint-python lint-web

lint-python: .setup-tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

lint-web: .setup-web
	cd web && npm run --silent check

test-web: .setup-web
	cd web && npm test --silent

bench: setup .setup-tests
	@$(BIN)/python -m bench

bench-stage: setup .setup-tests
	@$(BIN)/python -m bench.stage

million: setup .setup-tests
	@bench/own_network.sh $(BIN)/python -m bench.million --listeners $(LISTENERS) --stream $(STREAM)

soak: setup .setup-tests
	@$(BIN)/python -m bench.soak

fuzz: setup .setup-tests
	@for name in sdp rtp playout whip; do \
		nice $(BIN)/python -m tests.fuzz $$name --seconds $(SECONDS) || exit 1; done
	@FULLHOUSE_EXAMPLES=200 nice $(BIN)/python -m pytest -q tests/house/api/test_schema.py

docs: .setup-tests
	@$(BIN)/python -m tools.write_settings

lock: .setup-tests
	@$(BIN)/python -m pip install -q --disable-pip-version-check uv
	@tools/lock.sh $(BIN)/uv

clean:
	rm -rf .venv .setup-* build dist web/node_modules tests/clients/node_modules src/fullhouse/web \
		src/fullhouse/filler-*.bin \
		.mypy_cache .ruff_cache .pytest_cache .hypothesis
