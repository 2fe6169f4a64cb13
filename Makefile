# Two commands matter: `make serve` and `make test`. Everything they need that is not named in
# `prerequisites` is installed here, into .tools/ and node_modules/, or from Debian's packages.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
PORT ?= 8080

WASM_BINDGEN := 0.2.129
TRUNK := 0.21.14
WASM := wasm32-unknown-unknown
# Test tools as Debian names them, each with a program that shows whether it is there.
DEBIAN := chromium:chromium chromium-driver:chromedriver mosquitto:mosquitto openssl:openssl

export PATH := $(CURDIR)/.tools/bin:$(CURDIR)/node_modules/.bin:$(PATH):/usr/sbin
# Trunk 0.21 takes NO_COLOR for a flag of its own and stops at any value but true or false.
unexport NO_COLOR

.PHONY: help serve test build bench soak fmt clean prerequisites tools test-tools

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

serve: tools ## build the page and serve it on 127.0.0.1 (PORT=8080)
	@echo "Building the page; the first time takes a minute or two."
	@trunk build --release
	@echo "IoT Policy Lab is on http://127.0.0.1:$(PORT)/ (Ctrl+C stops it)"
	@node tests/serve.mjs dist $(PORT)

test: tools test-tools ## every check, the last line says how many passed
	@node tests/run.mjs

build: tools ## the page for a static host, in dist/
	trunk build --release

bench: tools test-tools ## figures: speed and sizes
	@node tests/bench/run.mjs

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
	need node "Version 20 or newer, from https://nodejs.org or your distribution"; \
	need npm "It comes with node; on Debian: apt-get install npm"; \
	[ $$missing = 0 ] || exit 1; \
	rust=$$(rustc --version | cut -d' ' -f2); \
	[ "$$(printf '%s\n' 1.95.0 "$$rust" | sort -V | head -n1)" = 1.95.0 ] || \
	  { echo "Rust $$rust is too old, 1.95 is needed. Run: rustup update stable" >&2; exit 1; }; \
	node -e 'if (+process.versions.node.split(".")[0] < 20) { console.error("node " + process.versions.node + " is too old, 20 is needed: https://nodejs.org"); process.exit(1) }'

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
	[ -z "$$wanted" ] && exit 0; \
	command -v apt-get >/dev/null || \
	  { echo "The tests need these, under the names of your distribution:$$wanted" >&2; exit 1; }; \
	sudo=""; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	echo "Installing from Debian's packages:$$wanted"; \
	$$sudo apt-get update -qq; \
	DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends $$wanted
