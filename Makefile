# The LED wallboard. A bare `make` prints the menu.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
.DEFAULT_GOAL := help
.PHONY: help run practice lint test test-pbx test-deb test-boot bench flash preview fonts wiring schema deb deb-lock clean

help:  ## this menu
	@echo 'The LED wallboard for call centres. What would you like?'
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo '  make run PBX=host:5038 AMI_USER=wallboard AMI_SECRET_FILE=secret.txt   the same board on your own Asterisk'

# A stamp a set of extras, so that each is installed once and again when pyproject.toml changes.
$(VENV)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'Python 3.11 or newer is needed; $(PYTHON) is older, or missing. Try: make PYTHON=python3.11 …' >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo 'Python has no venv module here. On Debian and Ubuntu: sudo apt install python3-venv' >&2; exit 2; }
	@echo 'Making the Python environment in $(VENV) …'
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 2; }
	@touch $@

$(VENV)/demo: pyproject.toml | $(VENV)/python
	@echo 'Installing the wallboard and what the demo needs …'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[demo]'
	@touch $@

$(VENV)/dev: pyproject.toml | $(VENV)/python
	@echo 'Installing the wallboard and what its tests need …'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

$(VENV)/bench: pyproject.toml | $(VENV)/dev
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	@touch $@

run: $(VENV)/demo  ## a lit board in the browser: demo PBX, broker, bridge and board on loopback; Ctrl-C stops it all
	@exec $(BIN)/python -m host_bridge.demo.run \
		$(if $(PBX),--pbx '$(PBX)') $(if $(AMI_USER),--ami-user '$(AMI_USER)') \
		$(if $(AMI_SECRET_FILE),--ami-secret-file '$(AMI_SECRET_FILE)') $(RUN_ARGS)

practice: $(VENV)/demo  ## for supervisors: the same at life's speed, in practice/, where thresholds.yaml is yours to change
	@exec $(BIN)/python -m host_bridge.demo.run --practice practice $(RUN_ARGS)

lint: $(VENV)/dev  ## ruff and mypy (strict)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

# Tests of real processes wait more than they compute: three at once take a third of the time on two processors. One by
# one (0) is the rule until the few that mind a neighbour are mended.
TEST_JOBS ?= 0
SPREAD := $(if $(filter-out 0,$(TEST_JOBS)),--numprocesses $(TEST_JOBS) --dist worksteal)

test: lint  ## everything that needs no root: unit, end to end over a real broker, the core under MicroPython
	@$(BIN)/python -m pytest $(SPREAD) -m 'not asterisk and not debian and not boot' $(TEST_ARGS)

test-pbx: $(VENV)/dev  ## the scenarios against a real Asterisk 22 and 16, installed into a cache folder (needs root)
	@$(BIN)/python -m tests.pbx.build
	@$(BIN)/python -m pytest tests/pbx $(SPREAD) -m asterisk $(TEST_ARGS)

test-deb: $(VENV)/dev  ## packages and units on a clean Debian 13 and 12 that boots the real systemd (needs root)
	@$(BIN)/python -m tests.deb.trees
	@$(BIN)/python -m pytest tests/deb -m debian $(TEST_ARGS)

test-boot: $(VENV)/dev  ## a provisioned card boots in emulation, is cut off, hangs, is upgraded (root; 20 minutes, 35 the first time)
	@$(BIN)/python -m pytest tests/boot -m boot -s -x $(TEST_ARGS)

bench: $(VENV)/bench  ## the benchmarks: medians and ratios, each beside a peer in the same run
	@$(BIN)/python -m tests.bench

flash: $(VENV)/demo  ## Raspberry Pi OS onto a memory card, and the card made that of a board (IMAGE= DEVICE= FLASH_ARGS=, as root)
	@$(BIN)/wallboardctl flash $(if $(IMAGE),--image '$(IMAGE)') $(if $(DEVICE),--device '$(DEVICE)') $(FLASH_ARGS)

preview: $(VENV)/dev  ## contact sheets of the board's pages, a PNG a panel size, and preview/index.html that shows them
	@$(BIN)/wallboardctl preview --out preview

fonts: $(VENV)/dev  ## make the board's fonts anew from the OS's packages (xfonts-terminus) and our own figures
	@$(BIN)/python -m firmware.fonts.make_fonts

wiring: $(VENV)/dev  ## make the drawings and tables in hw/ anew from pins.yaml and parts.yaml
	@$(BIN)/python -m hw.made

schema: $(VENV)/dev  ## make config/*.schema.json anew from the definitions that check the settings files
	@$(BIN)/wallboardctl schema --out config

deb: $(VENV)/python  ## the Debian packages of bridge and board, for PC and Pi, into dist/ (VERSION=1.2.3: another version)
	@$(BIN)/python -m hw.deb.build $(if $(VERSION),--version '$(VERSION)') $(DEB_ARGS)

deb-lock: $(VENV)/python  ## pin the newest wheels that the packages may carry: renews hw/deb/lock/
	@$(BIN)/python -m hw.deb.lock

clean:  ## remove what make made here
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis preview preview.png
