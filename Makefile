# The commands of the house. Each says in its script what it needs; nothing here needs more than Python 3.11, git and make.
SHELL := /bin/bash
.PHONY: help setup demo demo-reset test test-long bench lint docs

help:           ## what can be done here
	@grep -E '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

setup:          ## .venv with the command .venv/bin/xueji; quick when nothing changed
	@tools/setup.sh

demo: setup     ## a demo university on 127.0.0.1:8000 (PORT=…, STUDENTS=…); keeps its data
	@tools/demo.sh

demo-reset: setup  ## the demo university from the beginning
	@tools/demo.sh --reset

test: setup     ## everything: house, book, apps on SQLite and PostgreSQL, flows, browser
	@.venv/bin/python tools/test.py

test-long: setup   ## also the tests that take minutes
	@.venv/bin/python tools/test.py --long

bench: setup    ## bench/results.md: figures, machine, ratio to a peer (ONLY="import" runs one)
	@tools/bench.sh $(ONLY)

lint: setup     ## ruff and the storeys
	@.venv/bin/ruff check . && .venv/bin/lint-imports

docs: setup     ## what is generated in docs/: findings and rules
	@.venv/bin/python tools/docs.py
