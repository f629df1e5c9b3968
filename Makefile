# The commands that a user and a developer need. Everything runs with the tools in .venv/.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test fuzz check bench lock install install-dev serve clean

## demo: install, load the sample district, plan the next service day, close last month, then serve the pages (TLS=1: over https, with a certificate made on the spot)
demo: install
	@$(if $(filter 1,$(TLS)),MEALROUTE_TLS=self-signed )$(BIN)/python -m mealroute demo $(if $(DAY),--day $(DAY)) $(if $(filter 0,$(SERVE)),--no-serve)

install: $(VENV)/installed-run

install-dev: $(VENV)/installed-dev

$(VENV)/bin/uv:
	@scripts/make-venv "$(PYTHON)" "$(VENV)"

$(VENV)/installed-run: requirements.txt | $(VENV)/bin/uv
	@echo "Installing the locked dependencies …"
	@$(BIN)/uv pip install --quiet --require-hashes --python $(BIN)/python -r requirements.txt
	@touch $@

$(VENV)/installed-dev: requirements-dev.txt | $(VENV)/bin/uv
	@echo "Installing the locked dependencies for tests …"
	@$(BIN)/uv pip install --quiet --require-hashes --python $(BIN)/python -r requirements-dev.txt
	@touch $@ $(VENV)/installed-run

## check: format, lint, types, import rules (the static part)
check: install-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

## test: the static checks, then every test, PostgreSQL and a real browser included; the search kernel is compiled beside the checks
test: install-dev
	@scripts/find-chromium
	@$(BIN)/python -c "from solver.kernel import ready; ready.load()" & kernel=$$!; \
		$(MAKE) --no-print-directory check && wait $$kernel
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

## fuzz: the laws with examples that no run has seen before
fuzz: install-dev
	MEALROUTE_HYPOTHESIS=fuzz $(BIN)/python -m pytest -n 2 -m hypothesis

## bench: solver quality and speed against the references, pinned as JSON
bench: install-dev
	$(BIN)/python benchmarks/amend.py
	$(BIN)/python benchmarks/amend_desk.py --save benchmarks/results/amend-desk.json
	$(BIN)/python benchmarks/faces.py --save benchmarks/results/faces-week.json
	$(BIN)/python benchmarks/run.py
	-$(BIN)/python benchmarks/city_month.py --save benchmarks/results/city-month-sqlite.json
	-$(BIN)/python benchmarks/city_month.py --postgresql --save benchmarks/results/city-month-postgresql.json
	-$(BIN)/python benchmarks/close.py --postgresql --save benchmarks/results/close.json

## lock: compile the hashed requirement files
lock: $(VENV)/bin/uv
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --custom-compile-command "make lock" requirements.in -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --custom-compile-command "make lock" requirements-dev.in -o requirements-dev.txt

serve: install
	@$(if $(filter 1,$(TLS)),MEALROUTE_TLS=self-signed )$(BIN)/python -m mealroute serve

clean:
	rm -rf $(VENV) instance out .pytest_cache .mypy_cache .ruff_cache
