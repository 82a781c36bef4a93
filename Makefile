# multivrf. `make help` lists the targets.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
export NODE_OPTIONS := --experimental-vm-modules --disable-warning=ExperimentalWarning

COMPILER ?= quickjs

sources = $(shell find common cni-plugin -name '*.c' -o -name '*.ts' -not -name '*.test.ts' -not -name '*.testing.ts') package-lock.json
cli_sources = $(shell find common cli agent/netlink agent/apply agent/plan -name '*.ts' -not -name '*.test.ts' -not -name '*.testing.ts') package-lock.json
agent_sources = $(shell find common agent -name '*.ts' -not -name '*.test.ts' -not -name '*.testing.ts') package-lock.json

image_sources = $(filter-out %.test.ts,$(wildcard scripts/image/*.ts)) package.json package-lock.json

FUZZ ?=
BENCH ?=

.PHONY: help setup build plugin agent image manifests ok unit test test-api fuzz demo bench bench-quick performance clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## (.*)/\1\t\2/' | expand -t 13

setup: ## install what this machine lacks: Debian packages, Node 24, npm packages
	@scripts/setup.sh

build: build/multivrf build/multivrf-agent.mjs build/multivrfctl.mjs ## compile plugin, agent and multivrfctl into build/

plugin: setup ## compile the plugin alone; COMPILER=quickjs (default) or pkg
	node scripts/build-plugin.ts $(COMPILER) build

agent: build/multivrf-agent.mjs ## bundle the agent alone

build/multivrf: $(sources) scripts/build-plugin.ts scripts/quickjs.sh | setup
	node scripts/build-plugin.ts quickjs build

build/multivrf-pkg: $(sources) scripts/build-plugin.ts | setup
	node scripts/build-plugin.ts pkg build

build/multivrf-agent.mjs: $(agent_sources) scripts/build-agent.ts scripts/agent-bundle.ts scripts/lean-node.ts | setup
	node scripts/build-agent.ts build

build/multivrfctl.mjs: $(cli_sources) scripts/build-cli.ts scripts/lean-node.ts | setup
	node scripts/build-cli.ts build

image: build/multivrf-image.tar ## the container image as an OCI archive, without a registry or a container engine

build/multivrf-image.tar: build/multivrf build/multivrf-agent.mjs build/multivrfctl.mjs $(image_sources) | setup
	node scripts/image/main.ts archive $@

manifests: setup ## write the CRDs and the Helm chart; `make ok` fails when they are stale
	node scripts/manifests/main.ts

ok: setup ## the gate before a commit: types, lint, import rules, dead code, unit tests
	tsc -p .
	biome check --error-on-warnings .
	knip
	jest --selectProjects unit --silent --maxWorkers=100%

unit: setup ## the unit tests alone
	jest --selectProjects unit --maxWorkers=100%

test: build build/multivrf-pkg image ## every suite this machine can run; ends with N passed, N failed, N skipped
	@node scripts/test.ts

test-api: setup ## the CRDs and policies before Kubernetes' own code, which is compiled the first time (6 minutes)
	jest --selectProjects api --runInBand

fuzz: build ## 100,000 cases of bad input on every way in; writes build/fuzz.json; FUZZ='--seed 1 --target state'
	@node scripts/fuzz/main.ts $(FUZZ)

demo: build ## two customers, two unprivileged BGP speakers, real sessions, isolation probes
	@node scripts/demo/main.ts

bench: build ## every question of docs/performance.md beside its peer (20 to 30 minutes); writes build/bench.json
	@node scripts/bench/main.ts $(BENCH)

bench-quick: build ## the same for daily use, under a minute: `name ours peer ratio goal ok|short` lines
	@node scripts/bench/main.ts --quick $(BENCH)

performance: setup ## put build/bench.json into docs/performance.md and its plots
	@node scripts/performance/main.ts

clean: ## remove build/ (the caches stay)
	rm -rf build
