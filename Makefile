# Celeriac on one machine. Needs make and Python 3.11 or later, nothing else: no account, no Docker, no Node.

define HELP
  make demo     a photo and a PDF go in over HTTP; thumbnails, text and mails come out
  make up       the same cloud, kept running: prints its URL          make down   stop it
  make console  a page on it: queues, tasks, failures, schedules      make status what it is doing
  make test     every test, on an embedded AWS of its own, and Celery's own tests on the twin in memory
  make test-celery-suite     Celery's own tests on both engines, or on one: ENGINE=twin, ENGINE=ministack
  make lint     ruff, mypy and tsc                                    make lock   pin the requirements anew
  make synth    the CloudFormation templates, into cdk.out            make clean  remove what was made

  PYTHON=python3.13                  the interpreter to build the environments with
  ENDPOINT=http://127.0.0.1:4566     an emulator that already runs (MiniStack, LocalStack), instead of our own
  CHROMIUM=/usr/bin/chromium         the browser of the console's tests; without it, one that is here or can be had
  LAMBDA_PYTHON=3.13  LAMBDA_ARCHITECTURE=x86_64     what that emulator runs functions with, if not this host's

  Into an account: npx cdk deploy --all (README.md says how to name the stage and region).
endef

PYTHON ?= python3
export ENDPOINT ?=
export LAMBDA_PYTHON ?=
export LAMBDA_ARCHITECTURE ?=
TESTS ?=

MAKEFLAGS += --no-print-directory --jobs=3
export HELP
export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/node_modules/.bin:$(PATH)
# Node 20 works; the page-long advice to move on would hide what matters.
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20,21
export NODE_NO_WARNINGS := 1

READY := .venv/.ready .venv-cloud/.ready node_modules/.ready
LOCAL := .venv/bin/python -m local
TARGET := $(if $(ENDPOINT),--endpoint $(ENDPOINT)) $(if $(LAMBDA_PYTHON),--python $(LAMBDA_PYTHON)) \
	$(if $(LAMBDA_ARCHITECTURE),--architecture $(LAMBDA_ARCHITECTURE))

.PHONY: help setup demo up down console status test test-celery-suite lint synth lock clean
.DEFAULT_GOAL := help

help:
	@echo "$$HELP"

setup: $(READY)
	@:

demo: setup
	@$(LOCAL) demo $(TARGET)

up: setup
	@$(LOCAL) up $(TARGET)

down: setup
	@$(LOCAL) down $(TARGET)

console: setup
	@$(LOCAL) console $(TARGET)

status: setup
	@$(LOCAL) status $(TARGET)

# All of them, or those that TESTS names; all are Celery's own, too, on the twin.
test: setup .venv/.browser
	.venv/bin/python -m pytest $(or $(TESTS),--numprocesses=auto)
	$(if $(TESTS),,$(CELERY_SUITE) --engine=twin --quiet)

# Celery's own integration tests, on Celeriac: in real time, so some minutes on each engine.
CELERY_SUITE := .venv/bin/python -m tests.celery_suite
ENGINE ?= twin ministack
test-celery-suite: setup
	set -e; for engine in $(ENGINE); do $(CELERY_SUITE) --engine=$$engine $(TESTS); done

lint: setup
	.venv/bin/ruff check
	@# The blocks in the documents are laid out by hand.
	.venv/bin/ruff format --check
	.venv/bin/mypy
	@# The console's page is JavaScript, with its types in comments.
	tsc --project .

synth: setup
	npx cdk synth --all --quiet

# Universal locks: one file for every platform and Python, pinned by hash and naming no download address.
UV_LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate
lock: setup
	$(UV_LOCK) --extra dev pyproject.toml --output-file requirements/dev.txt
	$(UV_LOCK) requirements/cloud.in --output-file requirements/cloud.txt
	$(UV_LOCK) requirements/node.in --output-file requirements/node.txt
	npm install --package-lock-only --ignore-scripts

clean:
	@if [ -x .venv/bin/python ]; then $(LOCAL) down; fi
	rm -rf .venv .venv-cloud node_modules .local .cache cdk.out .mypy_cache .pytest_cache .ruff_cache .hypothesis

# -- Setup. Each stamp is younger than what it was made from, so a second run starts at once. ----------------------

.venv/.ready: requirements/dev.txt pyproject.toml
	@echo "setup: the project's environment, .venv"
	@# The CDK is 200 MB of Python, of which little is ever imported: to compile it all would take a minute.
	@local/setup/environment $(PYTHON) .venv requirements/dev.txt --no-compile
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

.venv-cloud/.ready: requirements/cloud.txt
	@echo "setup: the embedded AWS, .venv-cloud"
	@local/setup/environment $(PYTHON) .venv-cloud requirements/cloud.txt
	@touch $@

node_modules/.ready: package-lock.json requirements/node.txt .venv/.ready
	@local/setup/node
	@echo "setup: the CDK's command line, node_modules"
	@npm ci --silent --ignore-scripts
	@touch $@

# For the tests alone: who only deploys or looks at the demo needs no browser.
.venv/.browser: local/setup/browser .venv/.ready
	@local/setup/browser
	@touch $@
