# Every target prepares what it needs: a virtual environment in .venv, from the locked, hash-checked versions in locks/.
PYTHON ?= python3
BIN := .venv/bin
# More than there are processors, since many tests wait for a daemon; who is done takes over from the others.
PYTEST := $(BIN)/pytest -n 3 --dist worksteal
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help demo run test check format bench pictures lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: .venv/run.stamp ## play an hour of demo news in a minute, through the whole daemon
	@$(BIN)/monitor demo $(ARGS)

run: .venv/run.stamp ## the daemon, with ./config.toml
	@$(BIN)/monitor run $(ARGS)

test: .venv/dev.stamp ## all tests
	$(PYTEST) $(ARGS)

check: .venv/dev.stamp ## all of CI: format, lint, types, layers, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(PYTEST) $(ARGS)

format: .venv/dev.stamp ## rewrite the code in the project's format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/dev.stamp ## measure; see bench/
	$(BIN)/python -m bench

pictures: .venv/dev.stamp ## make the pictures of docs/ anew; needs Chromium
	$(BIN)/python docs/pictures/make.py
	$(BIN)/python docs/pictures/dashboard.py

lock: .venv/dev.stamp ## resolve locks/ anew from pyproject.toml
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade --extra build pyproject.toml --output-file locks/run.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade --extra build --extra dev pyproject.toml --output-file locks/dev.txt

clean: ## remove what the other targets made
	rm -rf .venv .hypothesis .mypy_cache .ruff_cache .import_linter_cache dist

# The project itself is installed last, without its dependencies and with the locked build backend, so that nothing
# but what the lock names is ever downloaded.
.venv/%.stamp: locks/%.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Setting up .venv from $< ..."
	@$(BIN)/python -m pip install --quiet --require-hashes -r $<
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --no-index -e .
	@touch $@
