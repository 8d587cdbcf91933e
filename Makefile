# `make run` and `make test` do everything, on a fresh clone too: each first brings .venv up to date, which takes a
# moment when nothing changed (chatroom/environment.py; it says in one line what stands in the way).

.DEFAULT_GOAL := help
.PHONY: help run cluster test check faults bench lock clean room tools services
MAKEFLAGS += --no-print-directory

PORT ?= 8000
# Not ?=, since shells and compilers keep other things in the variable HOST.
HOST = 127.0.0.1
RECORDINGS ?= $(if $(wildcard ../shared/recordings),$(CURDIR)/../shared/recordings)
export RECORDINGS

# Nobody's shell decides how our Python starts, nor which settings it reads.
unexport $(filter PYTHON% VIRTUAL_ENV DJANGO_SETTINGS_MODULE,$(.VARIABLES))
export PYTHONUTF8 := 1
IN_VENV := .venv/bin/python

# Checks and tests see nothing of the caller's environment: no keys, no proxies, no time zone, no options.
KEPT = PATH HOME CI RECORDINGS FAULTS
ALONE = env -i LANG=C.UTF-8 TZ=UTC PYTHONUTF8=1 $(foreach name,$(KEPT),$${$(name):+$(name)="$$$(name)"})

# Starts environment.py with a Python that is new enough; failing that with an old one, which then says that it is.
define prepare
@for python in python3.11 python3.12 python3.13 python3.14 python3; do \
  if $$python -I -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
    exec $$python -I -X utf8 chatroom/environment.py $(1); fi; done; \
if python3 -I -c '' 2>/dev/null; then exec python3 -I chatroom/environment.py $(1); fi; \
echo 'No Python found: install Python 3.11 or newer (Debian: apt-get install python3-venv).' >&2; exit 1
endef

help: ## say what there is
	@sed -n 's/^\([a-z]*\):[^#]*## /make \1	/p' Makefile | expand -t 14

run: room ## start the room on http://127.0.0.1:8000 (PORT=8000 HOST=127.0.0.1)
	@exec $(IN_VENV) -u manage.py serve --host '$(HOST)' --port '$(PORT)'

cluster: services ## start a room of many processes behind nginx on http://127.0.0.1:8000 (PORT=8000), kept in data/cluster
	@exec $(IN_VENV) -u -m chatroom.cluster --port '$(PORT)'

PYTEST = $(IN_VENV) -m pytest -n auto --maxprocesses 8 --dist load $(ARGS)
# pytest found nothing to run; the server is not installed.
NOTHING = 5
ABSENT = 69

# All tests on SQLite, then those about the record on PostgreSQL. No failure hides another: all of it runs in any case,
# and what came of each part is said last.
test: tools ## check, then run all tests, several at a time (ARGS='-k name' goes to pytest)
	@$(MAKE) check; checks=$$?; \
	$(ALONE) $(PYTEST); sqlite=$$?; \
	echo 'Once more on PostgreSQL, what is about the record:'; \
	$(ALONE) $(IN_VENV) -m chatroom.cluster.postgres $(PYTEST); postgres=$$?; \
	if [ $$postgres -eq $(NOTHING) ]; then postgres=0; fi; \
	if [ $$postgres -eq $(ABSENT) ] && [ -z "$$CI" ]; then postgres=0; fi; \
	if [ $$sqlite -ne 0 ]; then echo 'On SQLite not all tests pass.' >&2; fi; \
	if [ $$postgres -ne 0 ]; then echo 'On PostgreSQL not all tests pass.' >&2; fi; \
	if [ $$checks -ne 0 ]; then echo 'The checks before the tests do not pass.' >&2; fi; \
	[ $$checks$$sqlite$$postgres = 000 ]

check: tools ## style, types, and that imports point down only
	@$(ALONE) $(IN_VENV) -m ruff check --quiet .
	@$(ALONE) $(IN_VENV) -m ruff format --check --quiet .
	@$(ALONE) $(IN_VENV) -m mypy
	@$(ALONE) $(IN_VENV) -c 'from importlinter.cli import lint_imports_command; lint_imports_command()'

faults: tools ## do to the room all that can go wrong, at length, and write the table in docs/faults.md
	@export FAULTS=long; $(ALONE) $(IN_VENV) -m pytest -n 0 tests/faults tests/cluster $(ARGS)

bench: tools ## measure it all, ten minutes (ARGS=--short: see that it works; RECORDINGS names streams for the decoders)
	@$(ALONE) $(IN_VENV) -m bench $(ARGS)

lock: $(IN_VENV) ## write requirements*.txt anew from requirements*.in (ARGS=--upgrade for newer versions)
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && $(IN_VENV) -m venv "$$folder" && \
	"$$folder/bin/pip" install --quiet --disable-pip-version-check uv && \
	for name in requirements requirements-test; do \
	  "$$folder/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --no-header $(ARGS) --output-file $$name.txt $$name.in || exit 1; done

clean: ## remove what can be made again: .venv and caches, not data/
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis test-results
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

room:
	$(call prepare,run)

tools:
	$(call prepare,test)

services:
	$(call prepare,cluster)

$(IN_VENV):
	$(call prepare,run)
