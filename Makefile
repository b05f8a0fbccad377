# Two commands do everything on a fresh machine: `make demo` and `make test`. Both make .venv first if needed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: demo test prove bench clean setup system

demo: setup
	$(BIN)/python -m course_tools.demo

test: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest -n 2 --dist loadfile
	$(BIN)/tito author check --all --no-bank
	$(BIN)/tito author strength --all

# The whole proof of every module, each known mistake graded as a hand-in; longer than a change should wait.
prove: setup
	$(BIN)/tito author check --all --repeat 20

bench: setup
	$(BIN)/python -m benchmarks

setup: $(VENV)/.ready system

# A changed pyproject.toml installs again. torch is pinned there, so that pip takes the CPU build.
$(VENV)/.ready: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -qq --disable-pip-version-check -e '.[teach,dev,postgres]'
	touch $@

# What only the system can give: the sandbox's outer wall, a browser and a database server for the tests.
system:
	@sh tests/system.sh

clean:
	rm -rf $(VENV) demo build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
