# Python 3.11+, make and bash are all that `make up` needs. `make help` lists what there is.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$name" && exit; done; echo python3)
BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
TESTS ?= tests
PROCESSES ?= 2
COMPILE := CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --no-strip-extras --no-header \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options

.PHONY: help up down reset backup restore demo demo-webhooks advance shell migrate docs test chaos sim mutants bench test-load check audit format lock install install-dev chromium

help: ## list these targets
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 14

install:
	@$(PYTHON) directpay/ops/install.py requirements.txt .venv

install-dev:
	@$(PYTHON) directpay/ops/install.py requirements-dev.txt .venv

up: install ## everything, in the foreground: PORT=8000, Ctrl-C stops it
	@exec $(BIN)/python -m directpay.ops.up

down: install ## stop a running `make up`
	@$(BIN)/python -m directpay.ops.stop down

reset: install ## stop, and remove the sandbox's data
	@$(BIN)/python -m directpay.ops.stop reset

backup: install ## everything as one file, while it runs: make backup TO=directpay.backup
	@$(BIN)/python -m directpay.ops.backup backup "$(or $(TO),$(error say where to: make backup TO=directpay.backup))"

restore: install ## set up an empty DIRECTPAY_HOME from such a file: make restore FROM=directpay.backup
	@$(BIN)/python -m directpay.ops.backup restore "$(or $(FROM),$(error say from what: make restore FROM=directpay.backup))"

demo: install ## the main job as a story, on the running server or a temporary one
	@$(MANAGE) demo

demo-webhooks: install ## what providers tell us, as a story: signed, forged, twice; on the running server or a temporary one
	@$(MANAGE) demo_webhooks

advance: install ## move the sandbox's clock: make advance TO=2026-12-01 (or a number of seconds)
	@$(MANAGE) advance "$(or $(TO),$(error say where to: make advance TO=2026-12-01))"

shell: install ## a Django shell on the running installation
	@$(MANAGE) shell

migrate: install ## migrate the running installation's database, as its owner
	@DIRECTPAY_DATABASE_ROLE=owner $(MANAGE) migrate

docs: install ## write docs/openapi.yaml from the code, and from it the curl script and the Postman collection
	@$(MANAGE) openapi

test: install-dev chromium ## every test, on a PostgreSQL and a Valkey of their own, with the branch coverage of the rooms' own
	@$(BIN)/python -m pytest $(TESTS) -n $(PROCESSES) --cov --cov-report=term:skip-covered --cov-fail-under=92

chaos: install-dev ## kill -9 every process under load, and check that no money is lost or made
	@CHAOS=long $(BIN)/python -m pytest tests/chaos -s

sim: install-dev ## the seeded simulation with its auditor: SEED=1 STEPS=200, or HISTORIES=1000 FROM=1 PART=var/part.json
	@$(BIN)/python -m tests.simulation --processes $(PROCESSES) $(if $(SEED),--seed $(SEED)) $(if $(STEPS),--steps $(STEPS)) \
		$(if $(HISTORIES),--histories $(HISTORIES)) $(if $(FROM),--from $(FROM)) $(if $(PART),--part $(PART))

mutants: install-dev ## every planted bug, and how the auditor finds it
	@MUTANTS=all $(BIN)/python -m pytest tests/simulation/test_mutants.py --no-cov -q

bench: install-dev ## each benchmark beside the limit of the same PostgreSQL
	@$(BIN)/python -m bench

test-load: install-dev ## Locust: 100 users against a temporary server
	@$(BIN)/python -m bench.load

check: install-dev ## what CI is
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy .
	@$(BIN)/lint-imports
	@$(BIN)/vulture
	@$(BIN)/bandit --quiet --recursive directpay ledger payments leases webhooks --severity-level high
	@$(BIN)/python manage.py makemigrations --check --dry-run --settings=tests.settings
	@$(MAKE) test

audit: install-dev ## known weaknesses in what we depend on; fails as well where it could not look
	@$(BIN)/pip-audit --strict --disable-pip --require-hashes --requirement requirements.txt

format: install-dev ## format, and fix what can be fixed
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lock: install-dev ## pin requirements*.in with hashes; UPGRADE=1 takes newer versions
	@$(COMPILE) $(if $(UPGRADE),--upgrade) -o requirements.txt requirements.in
	@$(COMPILE) $(if $(UPGRADE),--upgrade) -c requirements.txt -o requirements-dev.txt requirements-dev.in

# Browser tests drive Debian's chromium; where it cannot be installed they skip and say why.
chromium:
	@if ! command -v chromium >/dev/null && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing Debian's chromium for the browser tests …"; \
		{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } \
			>/dev/null 2>&1 || echo "  it cannot be installed here: browser tests are skipped"; \
	fi
