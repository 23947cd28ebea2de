# Klankbord. Two commands matter: `make demo` and `make test`; `make` alone lists the rest.
# All of them work in .venv, which they make with $(PYTHON) and keep up to date with requirements/*.txt.

SHELL := /bin/sh
PYTHON ?= python3
PORT ?= 8000
VENV := .venv/bin
.DEFAULT_GOAL := help
# Compiled modules are kept, whatever the environment says: every start is a second faster.
export PYTHONDONTWRITEBYTECODE :=
.PHONY: help demo test check quick bench dev lock vendor words

# A name may be missing, or a shim with nothing behind it.
python = @$(PYTHON) -c '' 2>/dev/null || { echo "$(PYTHON) does not run here: install Python 3.11 or newer, or name one with PYTHON=..." >&2; exit 1; }

help: ## say what can be made
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' Makefile

demo: ## start the demo: everything it needs, its data, the server (PORT=8123; SMOKE=1 tries it out and stops)
	$(python)
	@$(PYTHON) project/bootstrap.py runtime --port $(PORT)
	@exec env DEMO=yes DATABASE_URL= BASE_URL=http://localhost:$(PORT) $(VENV)/python $(if $(SMOKE),tests/smoke.py,manage.py demo) --port $(PORT)

test: dev ## every check and test that this machine has the parts for
	@$(VENV)/python tests/run.py

check: dev ## form, lint, types, contracts, migrations, deployment settings
	@$(VENV)/python tests/run.py checks

quick: dev ## the fast tests on SQLite
	@$(VENV)/python tests/run.py quick

bench: ## measure pages, figures and statistics, on SQLite and PostgreSQL (CALLS="100000 1000000 10000000", PART=..., DATABASE=...)
	$(python)
	@$(PYTHON) project/bootstrap.py bench
	@$(VENV)/python tests/benchmarks/run.py $(if $(DATABASE),--database $(DATABASE)) $(if $(CALLS),--calls $(CALLS)) $(if $(PART),--part $(PART))

dev: ## the environment for development, without running anything
	$(python)
	@$(PYTHON) project/bootstrap.py dev

lock: ## maintainers: compile requirements/*.txt anew (needs uv)
	@for set in runtime dev bench; do uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" $(UPGRADE) requirements/$$set.in -o requirements/$$set.txt || exit 1; done

vendor: dev ## maintainers: fetch the browser files anew (needs npm and Chromium)
	@$(VENV)/python tests/tools/vendor.py

words: dev ## maintainers: collect the sentences to translate and compile the translations (needs gettext)
	@DEMO=yes $(VENV)/python manage.py makemessages -l nl --ignore=.venv --ignore=tests --no-location --no-wrap
	@DEMO=yes $(VENV)/python manage.py compilemessages --ignore=.venv
