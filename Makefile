# Two commands matter: `make serve` and `make test`. Everything they need that is not named in
# `prerequisites` is installed here, into .tools/ and node_modules/, or from Debian's packages.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
PORT ?= 8080
# The browser of the tests.
export CHROMIUM ?= /usr/bin/chromium
# A Python that has botocore, the judge of signed URLs.
export PYTHON ?= /usr/bin/python3

WASM_BINDGEN := 0.2.129
TRUNK := 0.21.14
NODE := 22.12.0
NODE_CPU := $(if $(filter aarch64,$(shell uname -m)),arm64,x64)
WASM := wasm32-unknown-unknown
# Test tools as Debian names them, each with the program that is needed of it.
DEBIAN := chromium:$(CHROMIUM) chromium-driver:chromedriver mosquitto:mosquitto mosquitto-clients:mosquitto_sub \
  openssl:openssl

# Where node comes from when the distribution's own is too old, as Debian 12's is.
NODE_HINT := Version 20 or newer is needed; Debian 12 itself has 18 only. Choose one on https://nodejs.org/en/download, or, as root: \
  curl -fsSL https://nodejs.org/dist/v$(NODE)/node-v$(NODE)-linux-$(NODE_CPU).tar.gz | tar -xz -C /usr/local --strip-components=1

export PATH := $(CURDIR)/.tools/bin:$(CURDIR)/node_modules/.bin:$(PATH):/usr/sbin
# Trunk 0.21 takes NO_COLOR for a flag of its own and stops at any value but true or false.
unexport NO_COLOR

.PHONY: help serve test build bench soak fmt clean prerequisites free-port tools test-tools

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

serve: free-port tools ## build the page and serve it on 127.0.0.1 (PORT=8080)
	@echo "Building the page; the first time takes about eight minutes on two cores."
	@trunk build --release
	@node tests/serve.mjs dist $(PORT)

test: tools test-tools ## every check, the last line says how many passed (CHROMIUM=/usr/bin/chromium)
	@node tests/run.mjs

build: tools ## the page for a static host, in dist/
	trunk build --release

bench: tools test-tools ## figures: speed and sizes (LEVELS="s 3": the engine at these levels too)
	@node tests/bench/run.mjs $(LEVELS)

soak: tools test-tools ## what takes minutes by nature
	@node tests/run.mjs --soak

fmt: ## format the Rust sources
	cargo fmt

clean: ## remove everything that was built or installed here
	rm -rf target dist node_modules .tools test-results

prerequisites:
	@missing=0; \
	need() { command -v "$$1" >/dev/null || { echo "missing: $$1. $$2" >&2; missing=1; }; }; \
	need git "On Debian: apt-get install git"; \
	need cc "On Debian: apt-get install build-essential"; \
	need rustup "Install it from https://rustup.rs, then: rustup toolchain install stable"; \
	need cargo "Run: rustup toolchain install stable"; \
	need node "$(NODE_HINT)"; \
	need npm "It comes with node. $(NODE_HINT)"; \
	[ $$missing = 0 ] || exit 1; \
	rust=$$(rustc --version | cut -d' ' -f2); \
	[ "$$(printf '%s\n' 1.95.0 "$$rust" | sort -V | head -n1)" = 1.95.0 ] || \
	  { echo "Rust $$rust is too old, 1.95 is needed. Run: rustup update stable" >&2; exit 1; }; \
	node -e 'if (+process.versions.node.split(".")[0] < 20) { console.error("node " + process.versions.node + " is too old. $(NODE_HINT)"); process.exit(1) }'

# Before anything is built: what is built for minutes should not end with a port that is taken.
free-port: prerequisites
	@node tests/serve.mjs $(PORT)

tools: prerequisites .tools/$(WASM)-target .tools/wasm-bindgen-$(WASM_BINDGEN) .tools/trunk-$(TRUNK) node_modules/.package-lock.json

.tools/$(WASM)-target: | .tools
	@rustup target list --installed | grep -qx $(WASM) || rustup target add $(WASM)
	@touch $@

# Built from source: no registry carries them ready-made. The profiles make them quick to build;
# both are fast enough without optimisation.
.tools/wasm-bindgen-$(WASM_BINDGEN): | .tools
	@echo "Building wasm-bindgen $(WASM_BINDGEN), once, about two minutes"
	CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_STRIP=symbols \
	  cargo install --locked --force wasm-bindgen-cli@$(WASM_BINDGEN) --root .tools
	@touch $@

.tools/trunk-$(TRUNK): | .tools
	@echo "Building Trunk $(TRUNK), once, about three minutes"
	CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
	CARGO_PROFILE_RELEASE_STRIP=symbols \
	  cargo install --locked --force trunk@$(TRUNK) --root .tools
	@touch $@

.tools:
	@mkdir -p $@

node_modules/.package-lock.json: package.json package-lock.json
	npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

test-tools:
	@wanted=""; \
	for pair in $(DEBIAN); do command -v "$${pair#*:}" >/dev/null || wanted="$$wanted $${pair%%:*}"; done; \
	"$(PYTHON)" -c 'import botocore' 2>/dev/null || wanted="$$wanted python3-botocore"; \
	[ -z "$$wanted" ] && exit 0; \
	command -v apt-get >/dev/null || \
	  { echo "The tests need these programs: $(foreach pair,$(DEBIAN),$(lastword $(subst :, ,$(pair)))) and, of Python, botocore. Packages missing, as Debian" \
	    "names them:$$wanted. A Chromium of another name: make test CHROMIUM=/path/to/it" >&2; exit 1; }; \
	sudo=""; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	echo "Installing from Debian's packages:$$wanted"; \
	$$sudo apt-get update -qq; \
	DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends $$wanted
