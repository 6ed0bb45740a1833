# Everything a checkout needs. Each target is safe to repeat; `make` alone lists them.

PYTHON ?= python3
T =
export PYTHON T

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run setup test check fix bench stress screenshots clean

help:  ## List these targets
	@sed -n 's/^\([a-z]*\):.*  ## /\1\t/p' Makefile | while IFS='	' read -r name sentence; do \
		printf '  make %-11s %s\n' "$$name" "$$sentence"; done

run:  ## Start the dashboard, its database and the sandbox exchange on http://localhost:8010
	@exec scripts/run.sh

setup:  ## Install everything that runs, tests and checks the product into .venv
	@scripts/setup.sh requirements-dev.txt

test:  ## Run the tests, in a real browser too; one part with T=tests/unit/test_settings.py
	@exec scripts/test.sh

check: setup  ## Check format, lint and types
	.venv/bin/python -m ruff format --check .
	.venv/bin/python -m ruff check .
	.venv/bin/python -m mypy

fix: setup  ## Format the code and repair what lint can repair
	.venv/bin/python -m ruff format .
	.venv/bin/python -m ruff check --fix .

bench: setup  ## Measure the figures that the README quotes
	@exec .venv/bin/python -m benchmarks

stress: setup  ## Attack the scheduler and audit what it did; SECONDS=60 PROCESSES=5, UNFENCED=1 has to fail
	@exec .venv/bin/python -m benchmarks.stress $(or $(SECONDS),60) $(or $(PROCESSES),5) $(if $(UNFENCED),--unfenced)

screenshots: setup  ## Photograph every page, light and dark, into docs/images/
	@exec .venv/bin/python -m scripts.screenshots

clean:  ## Remove .venv and the tools' caches; data/ and logs/ stay
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
